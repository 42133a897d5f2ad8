#pragma once

#include "cluster/image_records.h"
#include "cluster/replay.h"
#include "quorum/format.h"
#include "quorum/quorum.h"
#include "storage/perform.h"
#include "storage/recover.h"
#include "support/memory_directory.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace kstream::quorum {

inline Voter self() { return {NodeId(1), Uuid::from_halves(7, 7), {{"CONTROLLER", "127.0.0.1", 9093, 0}}}; }

inline base::Now at(std::int64_t ms) { return {{ms * 1'000'000}, Timestamp(1'700'000'000'000 + ms)}; }

inline std::string bytes_of(const cluster::Image& image) {
  std::string out = std::to_string(image.offset().value) + "\n";
  cluster::each_record(image, [&](const cluster::MetadataRecord& record) {
    cluster::encode_record(record, cluster::written_version(record), out);
  });
  return out;
}

inline cluster::MetadataRecord topic(const std::string& name, std::uint64_t id) {
  protocol::TopicRecord r;
  r.name = name;
  r.topic_id = Uuid::from_halves(id, 1'000'000 + id);
  return r;
}

/// One node's metadata folder, and the quorum on top of it while the node runs. Operations are performed when the test
/// says so.
class Node {
 public:
  explicit Node(test::MemoryDirectory& directory) : directory_(directory) {}

  QuorumConfig config{self(), {}};

  void format() {
    ASSERT_TRUE(directory_.make_folder(kMetadataFolder));
    ASSERT_TRUE(directory_.sync_folder(""));
    ASSERT_TRUE(storage::perform(directory_, initial_snapshot({self()}, at(0).wall)));
  }

  Result<Loaded> load(log::RecoveredLog& recovered, storage::Trust trust = storage::Trust::other_boot) {
    auto found = storage::recover(directory_, {kMetadataFolder, kMetadataTopicId, trust, Offset(0), Offset(0)},
                                  config.log, now_);
    if (!found) return std::move(found).error();
    recovered = *std::move(found);
    auto entries = directory_.list(kMetadataFolder);
    EXPECT_TRUE(entries);
    std::vector<std::string> names;
    for (const auto& entry : *entries) names.push_back(entry.name);
    return quorum::load(recovered, names, reader(), config.self, {});
  }
  ReadFile reader() {
    return [this](const std::string& name, std::uint64_t position, std::size_t size) -> Result<std::string> {
      auto file = directory_.open(std::string(kMetadataFolder) + "/" + name, storage::Directory::Open::read);
      if (!file) return std::move(file).error();
      std::string bytes(size, '\0');
      auto got = storage::file(*file).read(position, bytes.data(), size);
      if (!got) return std::move(got).error();
      bytes.resize(*got);
      return bytes;
    };
  }

  /// Recovers, loads and makes the quorum, which has not done anything yet.
  Status boot(storage::Trust trust = storage::Trust::other_boot) {
    log::RecoveredLog recovered;
    auto loaded = load(recovered, trust);
    if (!loaded) return std::move(loaded).error();
    pending_.clear();
    loaded_image = loaded->image;
    replay.emplace(loaded->image, config::TopicConfig{}, config.self.node);
    quorum.emplace(config, *std::move(loaded), std::move(recovered), now_);
    return {};
  }
  /// Boots and performs everything until this node leads.
  void start() {
    const Status booted = boot();
    ASSERT_TRUE(booted) << booted.error().to_string();
    run();
    ASSERT_TRUE(quorum->role().leader);
  }

  /// Appends to the log and to the proposed image.
  Result<Quorum::Appended> append(const std::vector<cluster::MetadataRecord>& records) {
    auto appended = quorum->append(records, now_);
    if (!appended) return appended;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Status status =
          replay->apply(records[i], {appended->base + static_cast<std::int64_t>(i), appended->epoch, now_.wall});
      EXPECT_TRUE(status) << status.error().to_string();
    }
    return appended;
  }

  void take() {
    std::vector<log::Operation> operations;
    quorum->take_operations(operations);
    for (auto& operation : operations) pending_.push_back(std::move(operation));
  }
  /// Performs the oldest operation that is pending. False if there is none.
  bool step() {
    take();
    if (pending_.empty()) return false;
    log::Operation operation = std::move(pending_.front());
    pending_.pop_front();
    auto result = storage::perform(directory_, operation);
    quorum->done(std::move(operation), std::move(result), now_);
    return true;
  }
  void run() {
    while (step()) {
    }
  }
  const std::deque<log::Operation>& pending() const { return pending_; }
  void advance(std::int64_t ms) {
    ms_ += ms;
    now_ = at(ms_);
    if (quorum) quorum->tick(now_);
  }
  base::Now now() const { return now_; }
  std::vector<std::string> files() {
    std::vector<std::string> names;
    const auto entries = directory_.list(kMetadataFolder);
    for (const auto& entry : *entries) names.push_back(entry.name);
    return names;
  }
  std::string content(const std::string& name) { return *reader()(name, 0, 1 << 24); }

  std::optional<Quorum> quorum;
  std::optional<cluster::Replay> replay;
  cluster::ImageRef loaded_image;

 private:
  test::MemoryDirectory& directory_;
  std::deque<log::Operation> pending_;
  std::int64_t ms_ = 1;
  base::Now now_ = at(1);
};

}  // namespace kstream::quorum
