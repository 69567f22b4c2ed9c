"""What is installed, whom of it we trust, and how it is loaded."""
