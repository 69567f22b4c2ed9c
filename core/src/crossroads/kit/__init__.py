"""The kit at the command line: a new package from a template, and the check of one, by anybody and anywhere.

    write_package(kind, name, folder)     a complete package: it passes its own tests and the check as it stands
    read_package(folder)                  a package's source, read as data
    check_package(folder)                 one result for each rule of rules.toml, with the remedy

Law: what a package says of itself is read as data; its code runs in a process of its own, and only in `check`. The
suites behind the rules are `crossroads.testing`'s and need `crossroads[testing]`; nothing here is for production.
"""
