#include "simulation/simulation.h"

#include "simulation/client.h"
#include "simulation/yielding_directory.h"
#include "storage/perform.h"
#include "support/machines.h"

#include <optional>

namespace kstream::sim {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
/// Virtual time after which a run that has not come to rest is stuck.
constexpr std::int64_t kLongest = 300'000 * kMillisecond;
/// And events: a machine that asks to be ticked again and again at one moment is stuck, too.
constexpr std::uint64_t kMostEvents = 2'000'000;

config::BrokerConfig make_config() {
  auto config = test::in_memory_config();
  config.log_retention_check_interval = std::chrono::milliseconds(100);
  config.log_flush_offset_checkpoint_interval = std::chrono::milliseconds(200);
  config.metadata_log_max_record_bytes_between_snapshots = 2000;
  return config;
}

}  // namespace

struct Simulation::Host {
  Host(std::uint64_t number, server::Boot&& boot, std::size_t shards, const config::BrokerConfig& config,
       base::Random& random, base::Now now)
      : incarnation(number), machines(std::move(boot), shards, config, random, now) {
    tick_at.assign(machines.count(), INT64_MAX);
  }
  std::uint64_t incarnation;
  test::Machines machines;
  std::map<std::pair<broker::MachineId, broker::ConnectionId>, Client*> connections;
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> channels;  ///< when the last thing on a channel arrives
  std::map<std::uint64_t, std::pair<broker::MachineId, broker::DiskWork>> disk;  ///< operations that have not ended
  std::uint64_t last_disk = 0;
  std::vector<std::int64_t> tick_at;
};

Simulation::Simulation(std::uint64_t seed, Scenario scenario)
    : seed_(seed), scenario_(scenario), random_(seed), now_{{0}, Timestamp(1'700'000'000'000)}, config_(make_config()) {
  requests_left_ = scenario_.requests;
  crashes_left_ = scenario_.crashes;
  for (int i = 0; i < scenario_.clients; ++i) clients_.push_back(std::make_unique<Client>(*this, i));
}

Simulation::~Simulation() = default;

std::chrono::nanoseconds Simulation::delay(std::int64_t low_us, std::int64_t high_us) {
  return std::chrono::nanoseconds(random_.between(low_us * 1000, high_us * 1000));
}

void Simulation::after(std::chrono::nanoseconds wait, std::function<void()> action) {
  events_.emplace(std::pair{(now_.mono + wait).ns, ++last_event_}, std::move(action));
}

void Simulation::note(std::uint64_t kind, std::uint64_t what) {
  for (auto word : {static_cast<std::uint64_t>(now_.mono.ns), kind, what}) trace_ = (trace_ ^ word) * 0x100000001b3;
}

// ---- the process

void Simulation::start() {
  auto incarnation = ++incarnation_;
  booting_ = std::make_unique<FiberJob>([this, incarnation](const std::function<void()>& yield) {
    YieldingDirectory directory(disk_, yield);
    server::BootRequest request{config_, {&directory},           0, "boot-" + std::to_string(boots_),
                                random_, [this] { return now_; }};
    auto booted = server::boot(request);
    if (!booted.ok()) {
      stuck_ = "the broker does not start: " + booted.error().detail;
      return;
    }
    booted->directories = {&disk_};  // the other one ends with this fiber
    host_ = std::make_unique<Host>(incarnation, std::move(*booted), scenario_.shards, config_, random_, now_);
  });
  after(delay(1, 100), [this, incarnation] { boot_on(incarnation); });
}

void Simulation::boot_on(std::uint64_t incarnation) {
  if (incarnation != incarnation_) return;
  booting_->resume();
  note(1, incarnation);
  if (!booting_->ended()) return after(delay(1, 200), [this, incarnation] { boot_on(incarnation); });
  booting_.reset();
  if (!host_) return;
  for (std::size_t id = 0; id <= scenario_.shards; ++id) turn(host_->machines[id], static_cast<broker::MachineId>(id));
}

// kill -9, or the power is gone: operations in flight are done, in part or not at all.
void Simulation::crash() {
  note(2, incarnation_);
  bool power = scenario_.power_losses && random_.chance(0.5);
  if (host_) {
    for (auto& [number, entry] : host_->disk) {
      if (random_.chance(0.3)) continue;
      if (random_.chance(0.5)) disk_.fail_after(1 + random_.below(4), random_.next());
      (void)storage::perform(disk_, entry.second.operation);
      disk_.repair();
    }
    for (auto& client : clients_) client->closed();
  }
  ++incarnation_;
  booting_.reset();
  host_.reset();
  checkers_.crash();
  if (power) {
    ++boots_;
    disk_.power_loss(random_);
    checkers_.power_loss();
  }
  come_back();
}

void Simulation::come_back() {
  after(delay(100, 50'000), [this, gone = incarnation_] {
    if (gone == incarnation_) start();  // it did not crash again in the meantime
  });
}

// Everybody gets an answer or loses the connection; everything is written and marked. A crash may still come first.
void Simulation::stop_in_order() {
  note(8, incarnation_);
  auto& control = *host_->machines.control;
  auto& shards = host_->machines.shards;
  control.stop(now_.mono + std::chrono::seconds(20), now_);
  turn(control, static_cast<broker::MachineId>(shards.size()));
}

void Simulation::end_stop() {
  auto& control = *host_->machines.control;
  if (!control.clean() || !server::mark_clean(host_->machines.boot, control.broker_epoch()).ok()) {
    stuck_ = "a stop in order was not clean";
  }
  for (auto& client : clients_) client->closed();
  ++incarnation_;
  host_.reset();
  checkers_.crash();
  come_back();
}

// ---- turns

// When what leaves now arrives: FIFO on each channel.
std::chrono::nanoseconds Simulation::arrival(std::size_t from, std::size_t to) {
  auto& last = host_->channels[{from, to}];
  last = std::max(last + 1, (now_.mono + delay(1, 100)).ns);
  return std::chrono::nanoseconds(last - now_.mono.ns);
}

void Simulation::send_mail(broker::Effects& effects, broker::MachineId id) {
  for (std::size_t to = 0; to < effects.mail.size(); ++to) {
    for (auto& message : effects.mail[to]) {
      auto carried = std::make_shared<broker::Message>(std::move(message));
      after(arrival(id, to), [this, id, to, carried, incarnation = incarnation_] {
        if (incarnation != incarnation_) return;
        auto target = static_cast<broker::MachineId>(to);
        note(4, to);
        host_->machines[target].message(id, std::move(*carried), now_);
        turn(host_->machines[target], target);
      });
    }
    effects.mail[to].clear();
  }
}

void Simulation::turn(broker::Machine& machine, broker::MachineId id) {
  auto& host = *host_;
  auto& effects = machine.effects();
  std::vector<broker::DiskWork> works;
  for (machine.end_turn(now_); !effects.disk.empty(); machine.end_turn(now_)) {
    for (auto& work : std::exchange(effects.disk, {})) {
      auto cached = random_.chance(0.5) ? storage::perform_cached(work.operation) : std::nullopt;
      if (cached) {
        machine.disk_done(std::move(work), std::move(*cached), now_);
      } else {
        works.push_back(std::move(work));
      }
    }
  }
  for (auto& work : works) {
    auto number = ++host.last_disk;
    host.disk.emplace(number, std::pair{id, std::move(work)});
    bool slow = random_.chance(0.02);
    after(slow ? delay(10'000, 200'000) : delay(1, 300), [this, number, incarnation = incarnation_] {
      if (incarnation != incarnation_) return;
      auto entry = host_->disk.extract(number);
      auto& [owner, ended] = entry.mapped();
      auto result = storage::perform(disk_, ended.operation);
      note(3, number);
      auto& to = host_->machines[owner];
      to.disk_done(std::move(ended), std::move(result), now_);
      turn(to, owner);
    });
  }
  for (auto& send : effects.sends) {
    auto found = host.connections.find({id, send.to});
    if (found == host.connections.end()) continue;
    std::string frame;
    auto at = send.begin;
    for (auto i = send.first_piece; i < send.first_piece + send.pieces; ++i) {
      auto& piece = effects.pieces[i];
      frame.append(effects.bytes, at, piece.at - at);
      at = piece.at;
      std::string bytes(piece.bytes, '\0');
      auto got = storage::file(piece.file).read(piece.position, bytes.data(), bytes.size());
      KS_ASSERT(got.ok() && *got == bytes.size());
      frame += bytes;
    }
    frame.append(effects.bytes, at, send.end - at);
    after(arrival(id, 1000 + send.to.slot),
          [this, from = found->first, frame = frame.substr(4), incarnation = incarnation_] {
            if (incarnation != incarnation_) return;
            auto to = host_->connections.find(from);
            if (to == host_->connections.end()) return;  // the client has left in the meantime
            note(5, frame.size());
            to->second->receive(frame);
          });
  }
  for (auto& close : effects.closes) {
    auto found = host.connections.extract({id, close.connection});
    if (found.empty()) continue;
    found.mapped()->closed();
    host.machines.shards[id]->closed(close.connection, now_);
  }
  send_mail(effects, id);
  effects.clear_answers();
  effects.log.clear();
  if (!effects.fatal.empty()) stuck_ = effects.fatal;
  schedule_tick(id);
  if (host.machines.control->stopped()) {
    after(delay(1, 10), [this, incarnation = incarnation_] {
      if (incarnation == incarnation_) end_stop();
    });
  }
}

void Simulation::schedule_tick(broker::MachineId id) {
  auto at = host_->machines[id].deadline().ns;
  if (at >= host_->tick_at[id]) return;
  host_->tick_at[id] = at;
  after(std::chrono::nanoseconds(std::max<std::int64_t>(at - now_.mono.ns, 0)),
        [this, id, at, incarnation = incarnation_] {
          if (incarnation != incarnation_ || host_->tick_at[id] != at) return;
          host_->tick_at[id] = INT64_MAX;
          note(6, id);
          host_->machines[id].tick(now_);
          turn(host_->machines[id], id);
        });
}

// ---- what clients do

bool Simulation::connect(Client& client, Address& address) {
  if (!host_ || !host_->machines.control->serving()) return false;
  auto shard = static_cast<broker::MachineId>(random_.below(scenario_.shards));
  address = {shard, host_->machines.shards[shard]->open(0), incarnation_};
  host_->connections[{shard, address.connection}] = &client;
  return true;
}

void Simulation::disconnect(const Address& address) {
  note(9, address.connection.slot);
  host_->connections.erase({address.shard, address.connection});
  auto& shard = *host_->machines.shards[address.shard];
  shard.closed(address.connection, now_);
  turn(shard, address.shard);
}

void Simulation::send(const Address& address, std::string frame) {
  auto& last = host_->channels[{1000 + address.connection.slot, address.shard}];
  last = std::max(last + 1, (now_.mono + delay(1, 200)).ns);
  after(std::chrono::nanoseconds(last - now_.mono.ns), [this, address, frame = std::move(frame)] {
    if (address.incarnation != incarnation_) return;
    note(7, frame.size());
    auto& shard = *host_->machines.shards[address.shard];
    shard.receive(address.connection, base::Slice::copy_of(frame), now_);
    turn(shard, address.shard);
  });
}

// ---- the run

bool Simulation::step() {
  if (events_.empty()) return false;
  auto event = events_.extract(events_.begin());
  auto passed = event.key().first - now_.mono.ns;
  now_.mono.ns += passed;
  now_.wall = Timestamp(1'700'000'000'000 + now_.mono.ns / kMillisecond);
  event.mapped()();
  return true;
}

bool Simulation::at_rest() const {
  if (!ending() || crashes_left_ > 0 || !host_ || !host_->machines.control->serving()) return false;
  return std::all_of(clients_.begin(), clients_.end(), [](auto& client) { return client->finished(); });
}

void Simulation::run() {
  start();
  for (auto& client : clients_) client->act();
  int until_crash = scenario_.requests;
  while (!checkers_.violation() && stuck_.empty() && !at_rest()) {
    // Crashes are spread over the requests; one may also hit a start.
    if (crashes_left_ > 0 && requests_left_ < until_crash * crashes_left_ / (scenario_.crashes + 1)) {
      --crashes_left_;
      bool in_order = host_ && host_->machines.control->serving() && random_.chance(0.3);
      in_order ? stop_in_order() : crash();
      if (crashes_left_ > 0 && random_.chance(0.3)) after(delay(1, 20'000), [this] { crash(); });
    }
    if (step() && now_.mono.ns <= kLongest && last_event_ <= kMostEvents) continue;
    stuck_ = host_ && host_->machines.control->serving() ? "the broker serves, but:" : "the broker does not serve;";
    for (const auto& client : clients_) stuck_ += client->describe();
  }
  bool serves = host_ && host_->machines.control->serving();  // a reader may wait for ever for what was lost
  if ((stuck_.empty() || serves) && !checkers_.violation()) checkers_.at_rest();
}

}  // namespace kstream::sim
