#pragma once

#include "broker/control.h"
#include "broker/shard.h"
#include "server/boot.h"
#include "storage/log_dir.h"
#include "storage/perform.h"
#include "support/batches.h"
#include "support/memory_directory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kstream::server {

/// A broker of one shard on directories in memory, without threads, sockets or time: what its machines want done is
/// done at once.
class SmallBroker {
 public:
  explicit SmallBroker(std::size_t directories) {
    for (std::size_t i = 0; i < directories; ++i) {
      config_.log_dirs.push_back("/memory" + std::to_string(i));
      directories_.push_back(std::make_unique<test::MemoryDirectory>());
    }
    config_.metadata_log_dir = config_.log_dirs[0];
    config_.listeners = config_.advertised_listeners = {{"PLAINTEXT", "127.0.0.1", 9092}};
    config_.topic_defaults.segment_bytes = 1000;
  }

  using DirectoryPtr = std::unique_ptr<test::MemoryDirectory>;
  test::MemoryDirectory& directory(std::size_t i = 0) { return *directories_[i]; }
  /// Between two runs: an empty directory in the place of this one.
  DirectoryPtr unmount(std::size_t i) {
    return std::exchange(directories_[i], std::make_unique<test::MemoryDirectory>());
  }
  /// Between two runs: the last of log.dirs is named there no more, or again.
  DirectoryPtr take_away() {
    auto gone = std::move(directories_.back());
    directories_.pop_back();
    config_.log_dirs.pop_back();
    return gone;
  }
  void put_back(DirectoryPtr directory) {
    config_.log_dirs.push_back("/memory" + std::to_string(directories_.size()));
    directories_.push_back(std::move(directory));
  }

  /// Starts; each start is another boot of the system unless `same_boot`.
  Status start(bool same_boot = false) {
    if (!same_boot) ++boots_;
    BootRequest request{config_, {}, 0, "boot-" + std::to_string(boots_), random_, [this] { return now_; }};
    for (auto& directory : directories_) request.directories.push_back(directory.get());
    auto booted = server::boot(request);
    if (!booted.ok()) return std::move(booted).error();
    boot_ = std::move(*booted);
    std::vector<cluster::Endpoint> endpoints{{"PLAINTEXT", "127.0.0.1", 9092, 0}};
    auto image = boot_.metadata.image;
    shard_ = std::make_unique<broker::Shard>(
        broker::ShardSetup{0, 1, directories_.size(), config_, image, boot_.cluster_id, 1, std::move(boot_.logs),
                           std::exchange(boot_.leftovers, {})},
        now_);
    control_ = std::make_unique<broker::Control>(
        broker::ControlSetup{1, config_, boot_.cluster_id, random_.uuid(), boot_.directory_ids, 0, endpoints,
                             boot_.previous_epoch, random_.next(), image, make_quorum(config_, boot_, endpoints, now_)},
        now_);
    run();
    EXPECT_TRUE(control_->serving());
    return {};
  }
  /// A clean stop. Whether everything was closed in order.
  bool stop() {
    control_->stop(now_.mono + std::chrono::seconds(10), now_);
    run();
    const bool clean = control_->stopped() && control_->clean();
    if (clean) {
      EXPECT_TRUE(mark_clean(boot_, control_->broker_epoch()).ok());
    }
    kill();
    return clean;
  }
  void kill() {
    shard_.reset();
    control_.reset();
  }
  void pass_minutes(int minutes) {
    now_.mono = now_.mono + std::chrono::minutes(minutes);
    control_->tick(now_);
    shard_->tick(now_);
    run();
  }
  void write_checkpoints() { pass_minutes(2); }

  void create(const std::string& topic, int partitions) {
    protocol::CreateTopicsRequest request;
    auto& wanted = request.topics.emplace_back();
    wanted.name = topic;
    wanted.num_partitions = partitions;
    wanted.replication_factor = 1;
    control_->message(0, broker::ControllerCall{.call = {}, .request = std::move(request)}, now_);
    run();
    ASSERT_NE(control_->image().topic(topic), nullptr);
  }
  void remove(const std::string& topic) {
    protocol::DeleteTopicsRequest request;
    request.topics.emplace_back().name = topic;
    control_->message(0, broker::ControllerCall{.call = {}, .request = std::move(request)}, now_);
    run();
    ASSERT_EQ(control_->image().topic(topic), nullptr);
  }
  /// Appends batches of 100 bytes; the code of the last answer.
  ErrorCode append(const std::string& topic, int partition, int batches = 1) {
    answers_.clear();
    const broker::PartitionKey key{control_->image().topic(topic)->id, PartitionId(partition)};
    for (int i = 0; i < batches; ++i) {
      auto batch = test::batch_of_size(100);
      shard_->message(1, broker::Append{{.origin = 1}, key, batch.valid, batch.bytes}, now_);
      run();
    }
    return answers_.empty() ? ErrorCode::request_timed_out : answers_.back().error;
  }
  const std::vector<broker::Appended>& answers() const { return answers_; }
  /// So many requests ask for checkpoints at once. For each that was answered, the directories whose checkpoints
  /// failed.
  const std::vector<std::vector<bool>>& ask_checkpoints(int calls) {
    checkpointed_.clear();
    for (int i = 0; i < calls; ++i) control_->message(0, broker::Checkpoint{}, now_);
    run();
    return checkpointed_;
  }
  /// How often the log-start checkpoint of a directory was to be written.
  std::size_t checkpoints() const { return checkpoints_; }

  /// What the machines said, and what the start did.
  std::string said() const {
    std::string text = fatal_;
    for (const auto& line : boot_.notes) text += (line.level == base::LogLevel::error ? "E " : "") + line.text + "\n";
    for (const auto& line : lines_) text += (line.level == base::LogLevel::error ? "E " : "") + line.text + "\n";
    return text;
  }
  const std::string& fatal() const { return fatal_; }
  /// The directory in which a partition's folder is; -1: none.
  int place_of(const std::string& folder) {
    for (std::size_t i = 0; i < directories_.size(); ++i) {
      if (*directories_[i]->exists(folder)) return static_cast<int>(i);
    }
    return -1;
  }

 private:
  void run() {
    while (turn(*shard_, 0) || turn(*control_, 1)) {
    }
  }
  bool turn(broker::Machine& machine, broker::MachineId id) {
    auto& effects = machine.effects();
    machine.end_turn(now_);
    bool busy = !effects.disk.empty();
    for (auto& work : std::exchange(effects.disk, {})) {
      auto* file = std::get_if<log::ReplaceFile>(&work.operation);
      if (file && file->path == storage::kLogStarts) ++checkpoints_;
      auto result = storage::perform(*directories_[work.directory], work.operation);
      machine.disk_done(std::move(work), std::move(result), now_);
    }
    for (std::size_t to = 0; to < 2; ++to) {
      for (auto& message : std::exchange(effects.mail[to], {})) {
        busy = true;
        if (auto* answer = std::get_if<broker::Appended>(&message)) {
          answers_.push_back(std::move(*answer));
        } else if (auto* written = std::get_if<broker::Checkpointed>(&message)) {
          checkpointed_.push_back(std::move(written->failed));
        } else if (!std::holds_alternative<broker::ControllerAnswer>(message)) {  // no request of the shard's waits
          (to == 0 ? static_cast<broker::Machine&>(*shard_) : *control_).message(id, std::move(message), now_);
        }
      }
    }
    for (auto& line : std::exchange(effects.log, {})) lines_.push_back(std::move(line));
    if (!effects.fatal.empty()) fatal_ = effects.fatal;
    effects.clear_answers();
    return busy;
  }

  config::BrokerConfig config_;
  std::vector<std::unique_ptr<test::MemoryDirectory>> directories_;
  base::Random random_{1};
  base::Now now_{{0}, Timestamp(1'700'000'000'000)};
  int boots_ = 0;
  Boot boot_;
  std::unique_ptr<broker::Shard> shard_;
  std::unique_ptr<broker::Control> control_;
  std::vector<broker::Appended> answers_;
  std::vector<std::vector<bool>> checkpointed_;
  std::size_t checkpoints_ = 0;
  std::vector<base::LogLine> lines_;
  std::string fatal_;
};

}  // namespace kstream::server
