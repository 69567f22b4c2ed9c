/* A model server with nothing behind it: HTTP/1.1 over epoll, one thread, so fast that it is never the bottleneck.
 *
 * Usage: upstream PORT [PACE_US]
 *
 * Any POST gets a 722-byte chat completion. When its body holds "stream":true it gets 103 SSE events of some 290
 * bytes (the last two: usage, [DONE]), chunked, each its own send(), PACE_US apart (0: as fast as the socket takes).
 * Keep-alive; no pipelining; bodies need a Content-Length. Law: a stream is fair, one event a turn.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_BYTES_MAX = 1 << 20, EVENTS = 103, REPLY_BYTES = 722, EVENT_BYTES = 290 };

typedef struct conn {
    int fd;
    char *in; /* what has come of the request, closed by a zero byte */
    size_t in_len, in_room;
    const char *out; /* what is still to be sent of the piece under way */
    size_t out_len;
    int event; /* the next event of the stream, or -1 */
    int queued;
    int64_t due_ns;
    struct conn *next; /* in the queue of streams */
} conn;

static char reply[2048], stream_head[512], event_bytes[EVENTS][512];
static size_t reply_len, stream_head_len, event_len[EVENTS];
static int64_t pace_ns;
static conn *first, *last; /* streams in the order of their next event: the pace is one, so a plain queue keeps it */
static int epoll_fd;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Fill `%s` of `form` with as many letters as bring the whole to `bytes`. */
static size_t padded(char *out, size_t room, const char *form, size_t bytes) {
    static const char letters[] = "All that is gold does not glitter, not all those who wander are lost. ";
    char pad[1024] = "";
    size_t have = (size_t)snprintf(out, room, form, "");
    for (size_t i = 0; have + i < bytes && i < sizeof pad - 1; i++) pad[i] = letters[i % (sizeof letters - 1)];
    return (size_t)snprintf(out, room, form, pad);
}

static void make_answers(void) {
    char body[1024], piece[512];
    size_t n = padded(body, sizeof body,
        "{\"id\":\"chatcmpl-bench0000000000000000\",\"object\":\"chat.completion\",\"created\":1764028800,"
        "\"model\":\"bench-upstream\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\","
        "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,"
        "\"completion_tokens\":60,\"total_tokens\":180,\"prompt_tokens_details\":{\"cached_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"system_fingerprint\":\"fp_bench\"}", REPLY_BYTES);
    reply_len = (size_t)snprintf(reply, sizeof reply,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", n, body);
    stream_head_len = (size_t)snprintf(stream_head, sizeof stream_head,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    const char *head = "{\"id\":\"chatcmpl-bench0000000000000000\",\"object\":\"chat.completion.chunk\","
                       "\"created\":1764028800,\"model\":\"bench-upstream\",\"system_fingerprint\":\"fp_bench\"";
    for (int i = 0; i < EVENTS; i++) {
        char form[512];
        if (i == EVENTS - 1)
            snprintf(form, sizeof form, "data: [DONE]\n\n");
        else if (i == EVENTS - 2)
            snprintf(form, sizeof form, "data: %s,\"choices\":[],\"usage\":{\"prompt_tokens\":120,"
                     "\"completion_tokens\":100,\"total_tokens\":220}}\n\n", head);
        else
            snprintf(form, sizeof form, "data: %s,\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\"%%s\"},"
                     "\"logprobs\":null,\"finish_reason\":%s}]}\n\n", head,
                     i == 0 ? "\"role\":\"assistant\"," : "", i == EVENTS - 3 ? "\"stop\"" : "null");
        n = padded(piece, sizeof piece, form, i < EVENTS - 2 ? EVENT_BYTES : 0);
        event_len[i] = (size_t)snprintf(event_bytes[i], sizeof event_bytes[i], "%zx\r\n%s\r\n%s", n, piece,
                                        i == EVENTS - 1 ? "0\r\n\r\n" : "");
    }
}

static void watch(conn *c, uint32_t events, int op) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(epoll_fd, op, c->fd, &e) < 0) fail("epoll_ctl");
}

static void enqueue(conn *c, int64_t due_ns) {
    c->due_ns = due_ns;
    c->next = NULL;
    c->queued = 1;
    if (first) last->next = c; else first = c;
    last = c;
}

static void drop(conn *c) {
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    if (c->queued) return; /* the queue frees it at its turn */
    free(c->in);
    free(c);
}

/* Send what is left of the piece. 1: all of it went; 0: the socket is full, epoll will say; -1: the peer is gone. */
static int flush(conn *c) {
    while (c->out_len) {
        ssize_t n = send(c->fd, c->out, c->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD), 0;
        if (n < 0) return drop(c), -1;
        c->out += n;
        c->out_len -= (size_t)n;
    }
    return 1;
}

static void after_piece(conn *c) {
    if (c->event >= EVENTS) c->event = -1;
    else if (c->event >= 0 && !c->queued) enqueue(c, c->due_ns + pace_ns);
}

static void send_event(conn *c) {
    c->out = event_bytes[c->event];
    c->out_len = event_len[c->event++];
    if (flush(c) == 1) after_piece(c);
}

static void answer(conn *c, const char *body) {
    int stream = strstr(body, "\"stream\":true") || strstr(body, "\"stream\": true");
    c->event = stream ? 0 : -1;
    c->out = stream ? stream_head : reply;
    c->out_len = stream ? stream_head_len : reply_len;
    c->in_len = 0;
    c->due_ns = now_ns();
    if (flush(c) == 1 && stream) send_event(c); /* the first event goes at once */
}

static void readable(conn *c) {
    if (c->in_room - c->in_len < 4096) {
        if (c->in_room >= REQUEST_BYTES_MAX) return drop(c);
        c->in = realloc(c->in, (c->in_room = c->in_room ? c->in_room * 2 : 16384) + 1);
        if (!c->in) fail("realloc");
    }
    ssize_t n = recv(c->fd, c->in + c->in_len, c->in_room - c->in_len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return drop(c);
    c->in[c->in_len += (size_t)n] = 0;
    char *head_end = strstr(c->in, "\r\n\r\n");
    if (!head_end) return;
    char *length = strcasestr(c->in, "\r\ncontent-length:");
    if (!length || length > head_end) return drop(c);
    size_t body_len = strtoul(length + 17, NULL, 10), have = c->in_len - (size_t)(head_end + 4 - c->in);
    if (have >= body_len) answer(c, head_end + 4);
}

static void writable(conn *c) {
    if (flush(c) != 1) return;
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    after_piece(c);
}

/* One event for each stream that is due. Returns how long to wait for the next, in ms; -1: there is none. */
static int turn(void) {
    int64_t now = now_ns();
    conn *end = last; /* what is queued anew in this turn waits for the next */
    while (first && first->due_ns <= now) {
        conn *c = first;
        int is_last = c == end;
        first = c->next;
        c->queued = 0;
        if (c->fd < 0) { /* dropped while it waited here */
            drop(c);
        } else {
            send_event(c);
        }
        if (is_last) break;
    }
    if (!first) return -1;
    int64_t wait = first->due_ns - now_ns();
    return wait <= 0 ? 0 : (int)((wait + 999999) / 1000000);
}

int main(int argc, char **argv) {
    if (argc < 2) return fprintf(stderr, "usage: upstream PORT [PACE_US]\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    pace_ns = argc > 2 ? atoll(argv[2]) * 1000 : 0;
    make_answers();
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1024) < 0) fail("bind");
    epoll_fd = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL}, ready[256];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &e);
    for (int wait = -1;; wait = turn()) {
        int n = epoll_wait(epoll_fd, ready, 256, wait);
        for (int i = 0; i < n; i++) {
            conn *c = ready[i].data.ptr;
            if (c) {
                if (ready[i].events & EPOLLOUT) writable(c); else readable(c);
                continue;
            }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fd < 0) continue;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            if (!(c = calloc(1, sizeof *c))) fail("calloc");
            c->fd = fd;
            c->event = -1;
            watch(c, EPOLLIN, EPOLL_CTL_ADD);
        }
    }
}
