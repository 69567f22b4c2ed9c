/* A load generator: N keep-alive connections send one prepared HTTP request again and again, over epoll, one thread.
 *
 * Usage: load PORT REQUEST_FILE CONNECTIONS SECONDS [RATE] [RAMP_MS]
 *
 * REQUEST_FILE holds the whole request, head and body. RATE 0 (default): closed loop, each connection sends as soon as
 * it has its answer; otherwise RATE requests a second are sent on a clock by whatever connection is idle. RAMP_MS:
 * connections start spread over that time, so that paced streams don't beat in step. Prints one JSON line:
 *
 *   requests   answers complete within SECONDS       errors   not 200, cut short, no [DONE] or message_stop at its end, refused
 *   events     SSE events seen ("\n\n"), also those of streams that were still running at the end
 *   *_us       latency: from the send to the last byte (p50, p99), to the first body byte (ttfb_p50, ttfb_p99)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES_MAX = 16384, READ_BYTES = 65536, CONNECTIONS_MAX = 4096, SUB = 64, BUCKETS = 58 * SUB };
enum { IDLE, HEAD, SIZED, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, TRAILER };

typedef struct {
    int fd, state, seen_body, is_stream, failed;
    char head[HEAD_BYTES_MAX + 1];
    size_t head_len, left;
    char tail[16]; /* the last bytes of the body: was it the stream's end? */
    size_t tail_len;
    char before; /* the byte before this read: an event's end may fall between two */
    int64_t sent_ns;
} conn;

static char *request, buffer[READ_BYTES];
static size_t request_len;
static conn conns[CONNECTIONS_MAX];
static int epoll_fd, port, count;
static int64_t latency[BUCKETS], ttfb[BUCKETS], requests, errors, events, bytes;
static double rate;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Log-linear buckets, 64 to a power of two: an error under 1.6 %. */
static void record(int64_t *histogram, int64_t ns) {
    uint64_t v = ns < SUB ? SUB : (uint64_t)ns;
    int shift = 63 - __builtin_clzll(v) - 6;
    histogram[shift * SUB + (int)((v >> shift) - SUB)]++;
}

static double percentile_us(const int64_t *histogram, double q) {
    int64_t total = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) total += histogram[i];
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += histogram[i]) && (double)seen >= q * (double)total)
            return (double)((uint64_t)(i % SUB + SUB) << (i / SUB)) / 1000.0;
    return 0;
}

static void open_conn(conn *c) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (struct sockaddr *)&at, sizeof at) < 0) fail("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    c->state = IDLE;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &e) < 0) fail("epoll_ctl");
}

static void reopen(conn *c) {
    close(c->fd);
    open_conn(c);
}

/* The request is far smaller than a socket's buffer: a send that is not whole is a failure, not a case. */
static void send_request(conn *c) {
    c->state = HEAD;
    c->head_len = c->tail_len = 0;
    c->seen_body = c->is_stream = c->failed = 0;
    c->before = 0;
    c->sent_ns = now_ns();
    if (send(c->fd, request, request_len, MSG_NOSIGNAL) == (ssize_t)request_len) return;
    errors++;
    reopen(c);
}

static int ends_with(const conn *c, const char *end) {
    size_t n = strlen(end);
    return c->tail_len >= n && !memcmp(c->tail + c->tail_len - n, end, n);
}

static void finish(conn *c) {
    if (c->is_stream && !ends_with(c, "data: [DONE]\n\n") && !ends_with(c, "message_stop\"}\n\n")) c->failed = 1;
    if (c->failed) {
        errors++;
    } else {
        requests++;
        record(latency, now_ns() - c->sent_ns);
    }
    c->state = IDLE;
    if (rate == 0) send_request(c);
}

static void body(conn *c, const char *data, size_t n) {
    if (!c->seen_body) record(ttfb, now_ns() - c->sent_ns);
    c->seen_body = 1;
    bytes += (int64_t)n;
    if (!c->is_stream) return;
    for (const char *at = data; (at = memchr(at, '\n', (size_t)(data + n - at))); at++)
        events += (at == data ? c->before : at[-1]) == '\n';
    c->before = data[n - 1];
    size_t keep = n < 16 ? n : 16, old = c->tail_len < 16 - keep ? c->tail_len : 16 - keep;
    memmove(c->tail, c->tail + c->tail_len - old, old);
    memcpy(c->tail + old, data + n - keep, keep);
    c->tail_len = old + keep;
}

/* Take head bytes up to the blank line. Returns how many were taken. */
static size_t head(conn *c, const char *data, size_t n) {
    size_t before = c->head_len, take = n < HEAD_BYTES_MAX - before ? n : HEAD_BYTES_MAX - before;
    memcpy(c->head + before, data, take);
    c->head[c->head_len += take] = 0;
    char *end = strstr(c->head, "\r\n\r\n");
    if (!end) {
        if (c->head_len == HEAD_BYTES_MAX) fail("a head beyond its limit");
        return take;
    }
    end[2] = 0;
    c->failed = strncmp(c->head, "HTTP/1.1 200", 12) != 0;
    c->is_stream = strcasestr(c->head, "\r\ncontent-type: text/event-stream") != NULL;
    char *length = strcasestr(c->head, "\r\ncontent-length:");
    c->left = length ? strtoul(length + 17, NULL, 10) : 0;
    c->state = length ? SIZED : CHUNK_SIZE;
    return (size_t)(end + 4 - c->head) - before;
}

/* Take some of `data`. Returns how many bytes; the state may have changed. */
static size_t step(conn *c, const char *data, size_t n) {
    size_t take = n < c->left ? n : c->left;
    char byte = *data;
    switch (c->state) {
    case HEAD:
        take = head(c, data, n);
        if (c->state == SIZED && c->left == 0) finish(c);
        return take;
    case SIZED:
    case CHUNK_DATA:
        body(c, data, take);
        if ((c->left -= take)) return take;
        if (c->state == SIZED) finish(c); else c->state = CHUNK_END;
        return take;
    case CHUNK_SIZE:
        if (byte == '\n') c->state = c->left ? CHUNK_DATA : TRAILER;
        else if (byte != '\r') c->left = c->left * 16 + (size_t)(byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10);
        return 1;
    case CHUNK_END:
        if (byte == '\n') c->state = CHUNK_SIZE;
        return 1;
    case TRAILER: /* no trailers: the blank line ends it */
        if (byte == '\n') finish(c);
        return 1;
    default: /* bytes that nobody asked for */
        errors++;
        return n;
    }
}

static void readable(conn *c) {
    ssize_t n = recv(c->fd, buffer, READ_BYTES, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n > 0) {
        for (size_t at = 0; at < (size_t)n;) at += step(c, buffer + at, (size_t)n - at);
        return;
    }
    int was_busy = c->state != IDLE;
    errors += was_busy;
    reopen(c);
    if (was_busy && rate == 0) send_request(c);
}

static void send_on_idle(void) {
    static int next;
    for (int i = 0; i < count; i++) {
        conn *c = &conns[next = (next + 1) % count];
        if (c->state == IDLE) return send_request(c);
    }
    errors++; /* every connection is busy: the rate is beyond what is measured */
}

static void read_request(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) fail(name);
    request = malloc(HEAD_BYTES_MAX * 16);
    request_len = fread(request, 1, HEAD_BYTES_MAX * 16, file);
    fclose(file);
}

int main(int argc, char **argv) {
    if (argc < 5) return fprintf(stderr, "usage: load PORT REQUEST_FILE CONNECTIONS SECONDS [RATE] [RAMP_MS]\n"), 2;
    port = atoi(argv[1]);
    read_request(argv[2]);
    count = atoi(argv[3]);
    double seconds = atof(argv[4]), ramp_ms = argc > 6 ? atof(argv[6]) : 0;
    rate = argc > 5 ? atof(argv[5]) : 0;
    if (count < 1 || count > CONNECTIONS_MAX) return fprintf(stderr, "load: 1 to %d connections\n", CONNECTIONS_MAX), 2;
    epoll_fd = epoll_create1(0);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL}, ready[256];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &e);
    for (int i = 0; i < count; i++) open_conn(&conns[i]);

    int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9), step_ns, ticks, ticked = 0;
    step_ns = rate > 0 ? (int64_t)(1e9 / rate) : (int64_t)(ramp_ms * 1e6 / count);
    ticks = rate > 0 ? INT64_MAX : count; /* a tick sends one request, or starts one connection */
    if (step_ns == 0)
        for (; ticked < ticks; ticked++) send_request(&conns[ticked]);
    struct itimerspec every = {.it_interval = {0, step_ns % 1000000000}, .it_value = {0, step_ns % 1000000000}};
    if (step_ns) timerfd_settime(timer, 0, &every, NULL);
    for (int64_t now = start; now < end; now = now_ns()) {
        int n = epoll_wait(epoll_fd, ready, 256, (int)((end - now) / 1000000) + 1);
        for (int i = 0; i < n; i++) {
            uint64_t fired = 0;
            if (ready[i].data.ptr) {
                readable(ready[i].data.ptr);
                continue;
            }
            if (read(timer, &fired, sizeof fired) < 0) continue;
            for (; fired && ticked < ticks; fired--, ticked++) {
                if (rate > 0) send_on_idle(); else send_request(&conns[ticked]);
            }
        }
    }
    double took = (double)(now_ns() - start) / 1e9;
    printf("{\"seconds\":%.3f,\"requests\":%lld,\"errors\":%lld,\"events\":%lld,\"bytes\":%lld,\"p50_us\":%.1f,"
           "\"p99_us\":%.1f,\"ttfb_p50_us\":%.1f,\"ttfb_p99_us\":%.1f}\n", took, (long long)requests,
           (long long)errors, (long long)events, (long long)bytes, percentile_us(latency, .5),
           percentile_us(latency, .99), percentile_us(ttfb, .5), percentile_us(ttfb, .99));
}
