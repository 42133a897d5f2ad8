/// The cheapest possible load for any broker that speaks Kafka's protocol, to compare brokers with.
///
///   kafka_load --port P --mode produce|fetch --topic T [options]     prints one line of JSON
///
///   --batch B         size of one record batch in bytes, header included (16K)
///   --record B        size of one record's value (1K): the batch holds as many as fit
///   --partitions N    partitions 0..N-1 (1)
///   --conns N         connections (1); connection i uses partition (i + S) % N
///   --shift S         (0)
///   --inflight N      requests under way on each (5)
///   --acks N          produce: -1 or 1 (-1)
///   --rate R          so many requests a second over all connections instead of as many as possible. Latency counts
///   from
///                     the moment that a request was due, so a stall shows
///   --seconds S       measures so long (5), after --warmup S (1)
///   --requests N      ends after N answers, if that is earlier
///   --server-pid P    adds the CPU time of that process
///   --core N          pins this thread
///
/// The topic must exist, led by this broker. `fetch` reads what `produce` with the same --batch and --record wrote to
/// it, one batch a request, and begins again at the end. Fetched bytes are dropped in the kernel.
#include <deque>

#include "bench/arguments.h"
#include "bench/histogram.h"
#include "bench/json_line.h"
#include "bench/loopback.h"
#include "bench/requests.h"

namespace {

using namespace kstream::bench;
using kstream::base::load_be;

struct Options {
  std::uint16_t port;
  bool produce;
  std::string topic;
  std::size_t batch, record;
  int partitions, conns, shift, inflight, acks, core, pid;
  double rate, seconds, warmup, requests;
};

/// CPU seconds of a process, in ticks of 10 ms; 0 if `pid` is.
double cpu_of(int pid) {
  if (pid == 0) return 0;
  auto path = "/proc/" + std::to_string(pid) + "/stat";
  FILE* file = std::fopen(path.c_str(), "r");
  if (!file) die(path);
  char text[1024] = {};
  std::fread(text, 1, sizeof text - 1, file);
  std::fclose(file);
  const char* p = std::strrchr(text, ')');
  for (int field = 2; p && field < 14; ++field) p = std::strchr(p + 1, ' ');
  if (!p) die(path + " is of no known form");
  char* end = nullptr;
  double user = std::strtod(p, &end), system = std::strtod(end, nullptr);
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

struct Connection {
  int fd = -1;
  std::string request;  ///< the one that is repeated, for a fetch with another offset
  std::string out;      ///< bytes under way
  std::size_t out_at = 0;
  std::deque<std::uint64_t> sent;  ///< when those without an answer were due
  char head[512];                  ///< of the answer that comes
  std::size_t head_at = 0, skip = 0;
  std::int64_t next = 0, end = 0;  ///< fetch: the next offset, and where to begin again
};

class Load {
 public:
  explicit Load(Options options) : o_(std::move(options)) {
    auto batch = make_batch(o_.batch, o_.record, per_batch_);
    head_bytes_ = o_.produce ? 4 + 4 + 1 + 1 + 1 + o_.topic.size() + 1 + 4 + 2
                             : 4 + 4 + 1 + 4 + 2 + 4 + 1 + 1 + o_.topic.size() + 1 + 4 + 2 + 8;
    if (head_bytes_ > sizeof Connection::head) die("--topic is too long");
    for (int i = 0; i < o_.conns; ++i) {
      int partition = (i + o_.shift) % o_.partitions;
      auto& c = connections_.emplace_back();
      c.fd = connect_to(o_.port);
      c.request =
          o_.produce ? produce_frame(o_.topic, partition, o_.acks, batch) : fetch_frame(o_.topic, partition, o_.batch);
      c.sent.clear();
      epoll_change(epoll_, EPOLL_CTL_ADD, c.fd, EPOLLIN | EPOLLOUT | EPOLLET, &c);
    }
  }

  void run() {
    pin(o_.core);
    double start = now_s(), from = start + o_.warmup, until = from + o_.seconds;
    due_ = now_ns();
    double server = 0, own = 0;
    bool measuring = false;
    for (double now = start; now < until && !enough(); now = now_s()) {
      if (!measuring && now >= from) {
        measuring = true;
        answers_ = 0;
        latency_.clear();
        server = cpu_of(o_.pid);
        own = thread_cpu_s();
        from = now;
      }
      turn();
    }
    report(now_s() - from, cpu_of(o_.pid) - server, thread_cpu_s() - own);
  }

 private:
  bool enough() const { return o_.requests > 0 && static_cast<double>(answers_) >= o_.requests; }

  void turn() {
    epoll_event events[256];
    int ready = check(epoll_wait(epoll_, events, 256, o_.rate > 0 ? 1 : 100), "epoll_wait");
    for (int i = 0; i < ready; ++i) {
      auto& c = *static_cast<Connection*>(events[i].data.ptr);
      pump_in(c);
      pump_out(c);
    }
    if (o_.rate > 0) {
      for (auto& c : connections_) pump_out(c);
    }
  }

  void report(double wall, double server, double own) const {
    if (answers_ == 0) die("no request was answered in the time that was measured");
    auto answers = static_cast<double>(answers_);
    JsonLine line;
    line.add("requests", answers).add("requests_per_s", answers / wall);
    line.add("bytes_per_s", answers * static_cast<double>(o_.batch) / wall).add("records_per_batch", per_batch_);
    line.add("p50_us", latency_.quantile_us(0.5)).add("p99_us", latency_.quantile_us(0.99));
    line.add("p999_us", latency_.quantile_us(0.999)).add("load_cpu", own / wall);
    if (o_.pid != 0) line.add("server_cpu", server / wall).add("server_us_per_request", server * 1e6 / answers);
    line.print();
  }

  /// Requests that may go now are sent together, up to 64 KiB a call, as a client with a queue does.
  void pump_out(Connection& c) {
    for (;;) {
      if (c.out_at == c.out.size()) {
        fill(c);
        if (c.out.empty()) return;
      }
      auto sent = send(c.fd, c.out.data() + c.out_at, c.out.size() - c.out_at, MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) return;
      c.out_at += static_cast<std::size_t>(check(sent, "send"));
    }
  }

  void fill(Connection& c) {
    c.out.clear();
    c.out_at = 0;
    auto now = now_ns();
    while (c.sent.size() < static_cast<std::size_t>(o_.inflight) && c.out.size() < (64 << 10) &&
           (o_.rate <= 0 || due_ <= now)) {
      // How far a fetch may go is known from its first answer.
      if (!o_.produce && c.end == 0 && !c.sent.empty()) return;
      c.sent.push_back(o_.rate > 0 ? due_ : now);
      if (o_.rate > 0) due_ += static_cast<std::uint64_t>(1e9 / o_.rate);
      if (!o_.produce) {
        if (c.next + per_batch_ > c.end) c.next = 0;
        set_fetch_offset(c.request, c.next);
        c.next += per_batch_;
      }
      c.out += c.request;
    }
  }

  void pump_in(Connection& c) {
    for (;;) {
      ssize_t got;
      if (c.skip > 0) {
        got = recv(c.fd, nullptr, std::min<std::size_t>(c.skip, 1 << 30), MSG_TRUNC);
      } else {
        got = recv(c.fd, c.head + c.head_at, (c.head_at < 4 ? 4 : head_of(c)) - c.head_at, 0);
      }
      if (got < 0 && errno == EAGAIN) return;
      if (check(got, "recv") == 0) die("the broker closed the connection");
      if (c.skip > 0) {
        c.skip -= static_cast<std::size_t>(got);
      } else {
        c.head_at += static_cast<std::size_t>(got);
        if (c.head_at < 4 || c.head_at < head_of(c)) continue;
        c.skip = 4 + load_be<std::uint32_t>(c.head) - c.head_at;
      }
      if (c.skip == 0) answered(c);
    }
  }

  /// Bytes of this answer that are looked at.
  std::size_t head_of(const Connection& c) const {
    return std::min<std::size_t>(4 + load_be<std::uint32_t>(c.head), head_bytes_);
  }

  void answered(Connection& c) {
    const char* error = c.head + head_bytes_ - (o_.produce ? 2 : 10);
    if (auto code = load_be<std::int16_t>(error)) die("the broker answered error " + std::to_string(code));
    if (!o_.produce && c.end == 0) {
      c.end = load_be<std::int64_t>(error + 2);
      if (c.end < per_batch_) die("the topic holds too little: produce to it first");
    }
    latency_.add(now_ns() - c.sent.front());
    c.sent.pop_front();
    c.head_at = 0;
    ++answers_;
  }

  Options o_;
  int per_batch_ = 0;
  std::size_t head_bytes_;  ///< of an answer, up to the error code (produce) or the high watermark (fetch)
  int epoll_ = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  std::uint64_t answers_ = 0, due_ = 0;
  std::deque<Connection> connections_;
  Histogram latency_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments a(argc, argv);
  Options o;
  o.port = static_cast<std::uint16_t>(a.integer("port", 9092));
  auto mode = a.text("mode", "produce");
  o.produce = mode == "produce";
  if (!o.produce && mode != "fetch") die("--mode is produce or fetch");
  o.topic = a.text("topic", "load");
  o.batch = a.bytes("batch", 16 << 10);
  o.record = a.bytes("record", 1 << 10);
  o.partitions = a.integer("partitions", 1);
  o.conns = a.integer("conns", 1);
  o.shift = a.integer("shift", 0);
  o.inflight = a.integer("inflight", 5);
  o.acks = a.integer("acks", -1);
  if (o.acks != -1 && o.acks != 1) die("--acks is -1 or 1");
  o.core = a.integer("core", -1);
  o.pid = a.integer("server-pid", 0);
  o.rate = a.number("rate", 0);
  o.seconds = a.number("seconds", 5);
  o.warmup = a.number("warmup", 1);
  o.requests = a.number("requests", 0);
  a.reject_unknown();
  Load(std::move(o)).run();
}
