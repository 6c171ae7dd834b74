// netlab: a small user-space internet for tests on one machine.
//
// Each host is a network namespace with one TUN device and no way out. This program holds the
// other end of every TUN device and forwards IPv4 packets between hosts, giving each host an
// uplink and a downlink with a rate, a one-way delay, a loss probability and a bounded queue.
//
// Usage:  netlab SAMPLE_MS HOST...      HOST = name,address,up_mbit,down_mbit,delay_ms,loss_percent
// A rate of 0 means unlimited. Delay is one way, added on both the uplink and the downlink, so
// two hosts with delay 10 see a round trip of 40 ms. Prints "ready" when every host is up, then
// every SAMPLE_MS one line a host:
//   ms_since_ready name uplink_queue_ms downlink_queue_ms sent_bytes received_bytes dropped_by_queue dropped_by_loss
// where the queues are the time that a packet of now would wait, and the rest counts from the start.
// On SIGINT, SIGTERM or end of standard input it deletes the namespaces and ends.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_HOSTS = 256, MTU = 1500, QUEUE_BYTES = 256 * 1024, QUEUE_MS = 200 };

typedef struct {
  char name[32];
  uint32_t address;  // network order
  double up_bytes_per_s, down_bytes_per_s, delay_s, loss;
  double up_free_at, down_free_at;  // when the link has sent all that it was given
  int fd;
  uint64_t sent, received;  // bytes
  uint64_t dropped_queue, dropped_loss;  // packets
} Host;

typedef struct {
  double due;
  uint64_t order;
  int stage;  // 0: has left the uplink, enters the downlink; 1: arrives
  int to, length;
  uint8_t *bytes;
} Packet;

static Host hosts[MAX_HOSTS];
static int host_count;
static Packet *heap;
static size_t heap_size, heap_room;
static uint64_t next_order;
static volatile sig_atomic_t stopping;

static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int earlier(const Packet *a, const Packet *b) {
  return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void push(Packet p) {
  if (heap_size == heap_room) {
    heap_room = heap_room ? heap_room * 2 : 4096;
    heap = realloc(heap, heap_room * sizeof *heap);
    if (!heap) { perror("realloc"); exit(1); }
  }
  p.order = next_order++;
  size_t i = heap_size++;
  for (; i && earlier(&p, &heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = p;
}

static Packet pop(void) {
  Packet top = heap[0], last = heap[--heap_size];
  size_t i = 0;
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= heap_size) break;
    if (child + 1 < heap_size && earlier(&heap[child + 1], &heap[child])) child++;
    if (!earlier(&heap[child], &last)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = last;
  return top;
}

// When a link with this rate has carried `length` more bytes, or -1 if its queue is full.
static double carry(double *free_at, double rate, int length, double now) {
  if (rate <= 0) return now;
  double backlog_s = *free_at > now ? *free_at - now : 0;
  double limit_s = QUEUE_BYTES / rate > QUEUE_MS / 1e3 ? QUEUE_BYTES / rate : QUEUE_MS / 1e3;
  if (limit_s > 1) limit_s = 1;
  if (backlog_s > limit_s) return -1;
  return *free_at = now + backlog_s + length / rate;
}

static int host_with(uint32_t address) {
  for (int i = 0; i < host_count; i++)
    if (hosts[i].address == address) return i;
  return -1;
}

static void receive_from(int from, double now) {
  uint8_t buffer[MTU + 64];
  Host *h = &hosts[from];
  for (int burst = 0; burst < 64; burst++) {
    ssize_t n = read(h->fd, buffer, sizeof buffer);
    if (n < 20) return;
    if (buffer[0] >> 4 != 4) continue;
    uint32_t destination;
    memcpy(&destination, buffer + 16, 4);
    int to = host_with(destination);
    if (to < 0) continue;
    h->sent += n;
    if (h->loss > 0 && drand48() < h->loss) { h->dropped_loss++; continue; }
    double left = carry(&h->up_free_at, h->up_bytes_per_s, n, now);
    if (left < 0) { h->dropped_queue++; continue; }
    uint8_t *copy = malloc(n);
    if (!copy) { perror("malloc"); exit(1); }
    memcpy(copy, buffer, n);
    push((Packet){.due = left + h->delay_s, .to = to, .length = n, .bytes = copy});
  }
}

static void deliver_due(double now) {
  while (heap_size && heap[0].due <= now) {
    Packet p = pop();
    Host *h = &hosts[p.to];
    if (p.stage == 0) {
      if (h->loss > 0 && drand48() < h->loss) { h->dropped_loss++; free(p.bytes); continue; }
      double left = carry(&h->down_free_at, h->down_bytes_per_s, p.length, p.due);
      if (left < 0) { h->dropped_queue++; free(p.bytes); continue; }
      p.stage = 1;
      p.due = left + h->delay_s;
      push(p);
      continue;
    }
    if (write(h->fd, p.bytes, p.length) == p.length) h->received += p.length;
    free(p.bytes);
  }
}

static double backlog_ms(double free_at, double now) { return free_at > now ? (free_at - now) * 1e3 : 0; }

static void print_samples(double since_ready, double now) {
  for (int i = 0; i < host_count; i++) {
    Host *h = &hosts[i];
    printf("%.0f %s %.1f %.1f %lu %lu %lu %lu\n", since_ready * 1e3, h->name, backlog_ms(h->up_free_at, now),
           backlog_ms(h->down_free_at, now), h->sent, h->received, h->dropped_queue, h->dropped_loss);
  }
  fflush(stdout);
}

static int run(const char *format, ...) {
  char command[512];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  return system(command);
}

static void delete_hosts(void) {
  for (int i = 0; i < host_count; i++) run("ip netns del %s 2>/dev/null", hosts[i].name);
}

static void add_host(char *spec) {
  Host *h = &hosts[host_count];
  char address[32];
  double up, down, delay, loss;
  if (host_count == MAX_HOSTS || sscanf(spec, "%31[^,],%31[^,],%lf,%lf,%lf,%lf", h->name, address, &up, &down, &delay, &loss) != 6 ||
      inet_pton(AF_INET, address, &h->address) != 1) {
    fprintf(stderr, "netlab: bad host '%s': want name,address,up_mbit,down_mbit,delay_ms,loss_percent\n", spec);
    delete_hosts();
    exit(2);
  }
  h->up_bytes_per_s = up * 125000;
  h->down_bytes_per_s = down * 125000;
  h->delay_s = delay / 1e3;
  h->loss = loss / 100;
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  snprintf(request.ifr_name, IFNAMSIZ, "nl%d", host_count);
  h->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (h->fd < 0 || ioctl(h->fd, TUNSETIFF, &request) < 0) {
    perror("netlab: /dev/net/tun");
    delete_hosts();
    exit(1);
  }
  host_count++;
  run("ip netns del %s 2>/dev/null", h->name);
  int failed = run("ip netns add %s", h->name) || run("ip link set %s netns %s", request.ifr_name, h->name) ||
               run("ip -n %s addr add %s/32 dev %s", h->name, address, request.ifr_name) || run("ip -n %s link set lo up", h->name) ||
               run("ip -n %s link set %s mtu %d txqueuelen 1000 up", h->name, request.ifr_name, MTU) ||
               run("ip -n %s route add default dev %s", h->name, request.ifr_name);
  if (failed) {
    fprintf(stderr, "netlab: could not set up host %s (root and iproute2 are needed)\n", h->name);
    delete_hosts();
    exit(1);
  }
}

static void on_signal(int signal) { (void)signal; stopping = 1; }

int main(int count, char **args) {
  double sample_s = count > 2 ? atof(args[1]) / 1e3 : 0;
  if (sample_s <= 0) {
    fprintf(stderr, "usage: netlab sample_ms name,address,up_mbit,down_mbit,delay_ms,loss_percent ...\n");
    return 2;
  }
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  signal(SIGHUP, on_signal);
  signal(SIGPIPE, SIG_IGN);
  srand48(1);
  for (int i = 2; i < count; i++) add_host(args[i]);
  printf("ready\n");
  fflush(stdout);
  struct pollfd polled[MAX_HOSTS + 1];
  for (int i = 0; i < host_count; i++) polled[i] = (struct pollfd){.fd = hosts[i].fd, .events = POLLIN};
  polled[host_count] = (struct pollfd){.fd = 0, .events = POLLIN};
  double ready_at = now_s(), next_sample = ready_at;
  while (!stopping) {
    double now = now_s();
    deliver_due(now);
    if (now >= next_sample) {
      print_samples(now - ready_at, now);
      next_sample += sample_s;
      if (next_sample < now) next_sample = now + sample_s;
    }
    double due = heap_size && heap[0].due < next_sample ? heap[0].due : next_sample;
    double left = due > now ? due - now : 0;
    struct timespec wait = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (time_t)left) * 1e9)};
    if (ppoll(polled, host_count + 1, &wait, NULL) < 0 && errno != EINTR) break;
    now = now_s();
    for (int i = 0; i < host_count; i++)
      if (polled[i].revents & POLLIN) receive_from(i, now);
    if (polled[host_count].revents & (POLLIN | POLLHUP)) {
      char ignored[256];
      if (read(0, ignored, sizeof ignored) <= 0) break;
    }
  }
  delete_hosts();
  return 0;
}
