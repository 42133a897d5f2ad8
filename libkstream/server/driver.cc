#include "server/driver.h"

#include "storage/perform.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace kstream::server {
namespace {

/// What one turn does at most before the others have theirs. It begins with one handler, so that the first client has
/// its answer, and goes on, while the others' requests are looked at; only as long as more is ready do turns become
/// larger, and share their writes and system calls. Else few clients and this thread would wait for each other in
/// turns: with four connections, five requests under way on each, that halved what went through and cost a fifth more.
constexpr std::size_t kTurnHandlers = 64;
/// For answers that the sockets do not take at once when the driver ends.
constexpr std::chrono::seconds kDrainWithin{1};
/// For the log to take the line that says why this broker ends.
constexpr std::chrono::seconds kLastWords{2};

base::Histogram disk_histogram(const log::Operation& operation) {
  if (std::holds_alternative<log::Append>(operation)) return base::Histogram::disk_append;
  if (std::holds_alternative<log::SyncSegment>(operation)) return base::Histogram::disk_sync;
  if (log::is_search(operation)) return base::Histogram::disk_read;
  return base::Histogram::disk_other;
}

base::MonoTime mono_now() {
  return {std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

}  // namespace

base::Now read_clocks() {
  using namespace std::chrono;
  return {{duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count()},
          Timestamp(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count())};
}

Driver::Driver(broker::MachineId id, broker::Machine& machine, base::Metrics& metrics, Process& process)
    : id_(id),
      metrics_(metrics),
      process_(process),
      machine_(machine),
      bell_(context_, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      timer_(context_),
      now_(read_clocks()) {
  listen_to_bell();
}

void Driver::run() {
  while (!finishing()) turn();
  draining_ = true;
  for (auto until = now_.mono + kDrainWithin; !drained() && now_.mono < until;) {
    wake_at(until);
    turn();
  }
}

// ---- from any thread

void Driver::deliver(broker::MachineId from, std::vector<broker::Message>&& messages) {
  inbox_.put(Inbox::Mail{from, std::move(messages)});
  ring();
}

void Driver::ended(Inbox::Ended&& ended) {
  inbox_.put(std::move(ended));
  ring();
}

void Driver::finish() {
  finishing_.store(true);
  ring();
}

void Driver::log_limited(base::RateLimit& limit, base::LogLevel level, std::string text) {
  if (!limit.admit(now_.mono, text)) return metrics_.count(base::Metric::log_lines_refused);
  process_.logging.write(level, text);
}

// Who finds the thread asleep wakes it, and only the first one does.
void Driver::ring() {
  if (!asleep_.load() || !asleep_.exchange(false)) return;
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(bell_.native_handle(), &one, sizeof one);
}

// ---- the turn

void Driver::listen_to_bell() {
  bell_.async_read_some(asio::buffer(&rung_, sizeof rung_), [this](boost::system::error_code error, std::size_t) {
    if (error) return;
    woke();
    metrics_.count(base::Metric::wakeups);
    listen_to_bell();
  });
}

void Driver::woke() {
  if (!asleep_.load(std::memory_order_relaxed)) return;
  asleep_.store(false, std::memory_order_relaxed);
  now_ = read_clocks();
}

void Driver::wait() {
  asleep_.store(true);
  // Who called finish() before this found nobody asleep and rang no bell.
  const bool leaving = finishing() && (!draining_ || drained());
  const auto deadline = std::min(machine_.deadline(), own_deadline());
  if (inbox_.empty() && !has_more() && begun_ && !leaving && deadline > now_.mono) {
    wake_at(deadline);
    context_.run_one();
  }
  begun_ = true;
  asleep_.store(false);
}

// A timer that ends too early only costs a turn, so it is moved when it would end too late.
void Driver::wake_at(base::MonoTime time) {
  if (time >= timer_at_) return;
  timer_at_ = time;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(time.ns)));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;  // it was moved
    woke();
    timer_at_ = base::MonoTime::never();
  });
}

void Driver::turn() {
  received_ = 0;
  wait();
  now_ = read_clocks();
  auto began = now_.mono;
  bool more = true;
  for (std::size_t run = 0; run < handlers_ && received_ < kTurnBytes && more; ++run) more = context_.poll_one() > 0;
  handlers_ = more ? std::min(handlers_ + 1, kTurnHandlers) : 1;
  more_events();
  take_mail();
  if (now_.mono >= machine_.deadline()) machine_.tick(now_);
  perform_disk();
  auto& effects = machine_.effects();
  auto encoded = effects.answered.empty() ? now_.mono : mono_now();
  perform_network(effects);
  observe_answers(effects.answered, encoded);
  effects.clear_answers();
  post_mail();
  for (auto& line : effects.log) process_.logging.write(line);
  effects.log.clear();
  if (effects.log_level) process_.logging.set_level(*std::exchange(effects.log_level, std::nullopt));
  if (!effects.fatal.empty()) {  // nothing that was not acknowledged counts; recovery decides at the next start
    process_.logging.write(base::LogLevel::error, effects.fatal + "; this broker stops at once");
    process_.logging.flush(kLastWords);
    std::_Exit(1);
  }
  metrics_.observe(base::Histogram::turn, static_cast<std::uint64_t>((mono_now() - began).count()));
}

void Driver::observe_answers(const std::vector<broker::Answered>& answered, base::MonoTime encoded) {
  if (answered.empty()) return;
  const auto sent = mono_now();
  auto observe = [this](base::Histogram part, const broker::Answered& one, std::chrono::nanoseconds time) {
    metrics_.observe(of_group(part, one.group), static_cast<std::uint64_t>(time.count()));
  };
  for (const auto& one : answered) {
    observe(base::Histogram::queue_produce, one, one.started - one.received);
    observe(base::Histogram::remote_produce, one, one.answered - one.started);
    observe(base::Histogram::local_produce, one, encoded - one.answered);
    observe(base::Histogram::response_produce, one, sent - encoded);
    observe(base::Histogram::total_produce, one, sent - one.received);
  }
}

void Driver::take_mail() {
  if (inbox_.empty()) return;
  inbox_.take(mail_, ended_);
  for (auto& mail : mail_) {
    for (auto& message : mail.messages) machine_.message(mail.from, std::move(message), now_);
  }
  for (auto& one : ended_) {
    metrics_.observe(disk_histogram(one.work.operation), static_cast<std::uint64_t>(one.took.count()));
    machine_.disk_done(std::move(one.work), std::move(one.result), now_);
  }
  mail_.clear();
  ended_.clear();
}

void Driver::perform_disk() {
  auto& effects = machine_.effects();
  for (machine_.end_turn(now_); !effects.disk.empty(); machine_.end_turn(now_)) {
    disk_work_.swap(effects.disk);
    for (auto& work : disk_work_) perform_one(std::move(work));
    disk_work_.clear();
  }
}

void Driver::perform_one(broker::DiskWork&& work) {
  auto& pool = disk(work.directory);
  if (auto result = storage::perform_cached(work.operation)) {
    metrics_.count(base::Metric::searches_in_memory);
    return machine_.disk_done(std::move(work), std::move(*result), now_);
  }
  if (log::lane(work.operation) == log::Lane::pool) return pool.submit(std::move(work), *this);
  auto before = read_clocks().mono;
  auto result = storage::perform(pool.directory(), work.operation);
  metrics_.observe(disk_histogram(work.operation), static_cast<std::uint64_t>((read_clocks().mono - before).count()));
  machine_.disk_done(std::move(work), std::move(result), now_);
}

void Driver::post_mail() {
  auto& mail = machine_.effects().mail;
  for (std::size_t to = 0; to < mail.size(); ++to) {
    if (mail[to].empty()) continue;
    process_.drivers[to]->deliver(id_, std::move(mail[to]));
    mail[to].clear();
  }
}

}  // namespace kstream::server
