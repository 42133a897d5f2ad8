#include "scenarios/stage.h"

#include "base/assert.h"
#include "storage/log_dir.h"
#include "storage/perform.h"

namespace kstream::scenarios {

Stage::Stage(std::size_t shards, Answered answered, Closed closed)
    : config(test::in_memory_config()), shards_(shards), answered_(std::move(answered)), closed_(std::move(closed)) {}

// ---- the process

std::string Stage::start() {
  server::BootRequest request{config, {&disk_}, 0, "boot-" + std::to_string(boots_), random_, [this] { return now_; }};
  auto booted = server::boot(request);
  if (!booted.ok()) return booted.error().detail;
  machines_ = std::make_unique<test::Machines>(std::move(*booted), shards_, config, random_, now_);
  settle();
  return machines_->control->serving() ? "" : "not serving";
}

void Stage::kill() {
  machines_.reset();
  mail_.clear();
  held_.clear();
  holding_ = false;
  clients_.clear();
}

void Stage::lose_power() {
  kill();
  disk_.power_loss(random_);
  ++boots_;
}

bool Stage::stop() {
  machines_->control->stop(now_.mono + std::chrono::seconds(10), now_);
  settle();
  for (int i = 0; i < 100 && !machines_->control->stopped(); ++i) wait(std::chrono::milliseconds(100));
  bool clean = machines_->control->clean();
  auto epoch = machines_->control->broker_epoch();
  if (clean) clean = server::mark_clean(machines_->boot, epoch).ok();
  kill();
  return clean;
}

// ---- clients

void Stage::connect(const std::string& client, std::size_t shard) {
  clients_[client] = {shard, machines_->shards[shard]->open(0)};
}

void Stage::leave(const std::string& client) {
  auto [shard, connection] = clients_.extract(client).mapped();
  machines_->shards[shard]->closed(connection, now_);
  settle();
}

void Stage::send(const std::string& client, const std::string& frame) {
  auto [shard, connection] = clients_.at(client);
  (void)machines_->shards[shard]->receive(connection, base::Slice::copy_of(frame), now_);
  settle();
}

const std::string* Stage::client_of(std::size_t shard, broker::ConnectionId connection) const {
  for (const auto& [name, address] : clients_) {
    if (address.shard == shard && address.connection == connection) return &name;
  }
  return nullptr;
}

// ---- time, mail and disk

void Stage::wait(std::chrono::milliseconds time) {
  for (auto end = now_.mono + time;;) {
    auto next = end;
    for (std::size_t id = 0; id < machines_->count(); ++id) next = std::min(next, (*machines_)[id].deadline());
    auto passed = std::max(next, now_.mono) - now_.mono;
    now_.mono = now_.mono + passed;
    now_.wall = Timestamp(1'700'000'000'000 + now_.mono.ns / 1'000'000);
    for (std::size_t id = 0; id < machines_->count(); ++id) (*machines_)[id].tick(now_);
    settle();
    if (now_.mono == end) break;
  }
}

void Stage::hold_disk(bool hold) {
  holding_ = hold;
  while (!holding_ && !held_.empty()) {
    auto [id, work] = std::move(held_.front());
    held_.pop_front();
    perform(id, std::move(work));
  }
  settle();
}

void Stage::break_disk() { disk_.fail_after(1, random_.next()); }

void Stage::perform(std::size_t id, broker::DiskWork&& work) {
  auto result = storage::perform(disk_, work.operation);
  (*machines_)[id].disk_done(std::move(work), std::move(result), now_);
}

// Everything that can happen without time passing.
void Stage::settle() {
  for (bool busy = true; busy;) {
    busy = false;
    for (std::size_t id = 0; id < machines_->count(); ++id) busy |= turn(id);
    while (!mail_.empty()) {
      auto mail = std::move(mail_.front());
      mail_.pop_front();
      (*machines_)[mail.to].message(static_cast<broker::MachineId>(mail.from), std::move(mail.message), now_);
      busy = true;
    }
  }
}

bool Stage::turn(std::size_t id) {
  auto& effects = (*machines_)[id].effects();
  bool busy = false;
  if ((*machines_)[id].deadline() < now_.mono) (*machines_)[id].tick(now_);
  for (;;) {
    (*machines_)[id].end_turn(now_);
    auto works = std::exchange(effects.disk, {});
    if (works.empty()) break;
    busy = true;
    for (auto& work : works) {
      if (holding_) {
        held_.emplace_back(id, std::move(work));
      } else {
        perform(id, std::move(work));
      }
    }
  }
  give_answers(id, effects);
  for (std::size_t to = 0; to < effects.mail.size(); ++to) {
    for (auto& message : effects.mail[to]) mail_.push_back({id, to, std::move(message)});
    busy |= !effects.mail[to].empty();
    effects.mail[to].clear();
  }
  return busy;
}

void Stage::give_answers(std::size_t id, broker::Effects& effects) {
  for (const auto& send : effects.sends) {
    std::string frame;
    auto at = send.begin;
    for (auto i = send.first_piece; i < send.first_piece + send.pieces; ++i) {
      const auto& piece = effects.pieces[i];
      frame.append(effects.bytes, at, piece.at - at);
      at = piece.at;
      std::string bytes(piece.bytes, '\0');
      auto got = storage::file(piece.file).read(piece.position, bytes.data(), bytes.size());
      KS_ASSERT(got.ok() && *got == bytes.size());
      frame += bytes;
    }
    frame.append(effects.bytes, at, send.end - at);
    if (const auto* client = client_of(id, send.to)) answered_(*client, frame.substr(4));
  }
  for (const auto& close : std::exchange(effects.closes, {})) {
    if (const auto* client = client_of(id, close.connection)) {
      closed_(*client, close.reason);
      clients_.erase(*client);
    }
    machines_->shards[id]->closed(close.connection, now_);
  }
  effects.clear_answers();
  effects.log.clear();
}

}  // namespace kstream::scenarios
