/// The least work that a broker of Kafka's protocol must do on this machine, as a yardstick for kserver: one thread on
/// epoll that answers the requests of kafka_load and nothing else.
///
///   ideal_broker --file PATH [--batch B] [--segment-bytes B] [--partitions N] [--core C]
///
/// Prints `ready 127.0.0.1:PORT`. PATH is where its unlinked files are made, B (1M) the largest batch, N (4) how many
/// partitions there are at the start. A fetch reads what was produced, as long as that was less than --segment-bytes
/// (128M). Only the thread that serves is kept on core C. SIGTERM ends it.
#include <signal.h>

#include "bench/arguments.h"
#include "bench/ideal/session.h"
#include "bench/loopback.h"

namespace {

using namespace kstream::bench;
using ideal::Session;

struct Connection {
  int fd;
  Session session;
  bool wants_out = false;
};

class Broker {
 public:
  Broker(int listener, ideal::Partitions& partitions, std::size_t largest_batch)
      : listener_(listener), partitions_(partitions), largest_batch_(largest_batch) {}

  [[noreturn]] void run() {
    epoll_change(epoll_, EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
    epoll_event events[64];
    for (;;) {
      int ready = epoll_wait(epoll_, events, 64, -1);
      if (ready < 0 && errno == EINTR) continue;
      for (int i = 0; i < check(ready, "epoll_wait"); ++i) {
        auto* connection = static_cast<Connection*>(events[i].data.ptr);
        if (!connection) {
          int fd = accept_one(listener_);
          epoll_change(epoll_, EPOLL_CTL_ADD, fd, EPOLLIN, new Connection{fd, {partitions_, largest_batch_}});
        } else if (!serve(*connection, events[i].events)) {
          close(connection->fd);
          delete connection;
        }
      }
    }
  }

 private:
  bool serve(Connection& c, std::uint32_t events) {
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !read_some(c)) return false;
    auto sent = c.session.flush(c.fd);
    bool blocked = sent == Session::Sent::blocked;
    if (sent != Session::Sent::dead && blocked != c.wants_out) {
      c.wants_out = blocked;  // While answers are stuck, no more requests are read.
      epoll_change(epoll_, EPOLL_CTL_MOD, c.fd, blocked ? EPOLLOUT : EPOLLIN, &c);
    }
    return sent != Session::Sent::dead;
  }

  bool read_some(Connection& c) {
    for (;;) {
      auto room = c.session.room();
      auto got = recv(c.fd, room.data(), room.size(), 0);
      if (got < 0 && errno == EAGAIN) return true;
      if (got <= 0 || !c.session.received(static_cast<std::size_t>(got))) return false;
      // Drained, or there are answers, which go first: epoll tells when there is more.
      if (static_cast<std::size_t>(got) < room.size() || c.session.has_output()) return true;
    }
  }

  int epoll_ = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  int listener_;
  ideal::Partitions& partitions_;
  std::size_t largest_batch_;
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments(argc, argv);
  auto file = arguments.text("file", "");
  auto batch = arguments.bytes("batch", 1 << 20), segment = arguments.bytes("segment-bytes", 128 << 20);
  int core = arguments.integer("core", -1), count = arguments.integer("partitions", 4);
  arguments.reject_unknown();
  if (file.empty()) die("--file is needed");
  signal(SIGPIPE, SIG_IGN);  // sendfile has no MSG_NOSIGNAL.
  ideal::Partitions partitions(file, segment);
  partitions[static_cast<std::size_t>(count - 1)];
  std::uint16_t port = 0;
  int listener = listen_on(port);
  pin(core);
  std::printf("ready 127.0.0.1:%u\n", port);
  std::fflush(stdout);
  Broker(listener, partitions, batch).run();
}
