#include "cluster/image_records.h"

#include "world.h"

#include <set>

namespace kstream::cluster {
namespace {

/// Draws records that fit what is there, now and then within a metadata transaction.
class RandomLog {
 public:
  explicit RandomLog(std::uint64_t seed) : random_(seed) {
    world_.add_broker(1);
    world_.add_broker(2, "r");
  }
  World& world() { return world_; }

  void step() {
    if (random_.chance(0.02) && !in_transaction_) {
      in_transaction_ = true;
      ids_before_ = ids_;
      world_.apply_all({protocol::BeginTransactionRecord{}});
    } else if (random_.chance(0.1) && in_transaction_) {
      end_transaction();
    } else {
      change();
    }
  }
  void end_transaction() {
    if (!std::exchange(in_transaction_, false)) return;
    if (random_.chance(0.5)) {
      world_.apply_all({protocol::EndTransactionRecord{}});
    } else {
      world_.apply_all({protocol::AbortTransactionRecord{}});
      ids_ = ids_before_;
    }
  }

 private:
  /// A topic and how many partitions it has.
  using Topics = std::map<std::uint64_t, std::int32_t>;

  void change() {
    const std::uint64_t dice = random_.below(100);
    if (ids_.empty() || dice < 15) return add_topic();
    auto topic = std::next(ids_.begin(), static_cast<std::ptrdiff_t>(random_.below(ids_.size())));
    if (dice < 20) {
      protocol::RemoveTopicRecord remove;
      remove.topic_id = id(topic->first);
      ids_.erase(topic);
      return world_.apply_all({remove});
    }
    if (dice < 50) return world_.apply_all({partition_record(id(topic->first), topic->second++, {1, 2})});
    if (dice < 65) return configure(topic->first);
    if (dice < 70) return reregister();
    if (topic->second > 0) elect(*topic);
  }
  void add_topic() {
    const std::uint64_t n = ++last_id_;
    ids_.emplace(n, 0);
    world_.apply_all({topic_record("topic." + std::to_string(n), id(n))});
  }
  void configure(std::uint64_t topic) {
    std::optional<std::string> value;
    if (random_.chance(0.7)) value = std::to_string(random_.below(1'000'000));
    if (random_.chance(0.2)) {
      return world_.apply_all({config_record(ResourceType::broker, "", "log.retention.ms", value)});
    }
    const char* name = random_.chance(0.5) ? "retention.ms" : "segment.ms";
    world_.apply_all({config_record(ResourceType::topic, "topic." + std::to_string(topic), name, value)});
  }
  void reregister() {
    protocol::RegisterBrokerRecord r;
    r.broker_id = static_cast<std::int32_t>(random_.below(4));
    r.broker_epoch = world_.next.value;
    r.log_dirs = {random_.uuid()};
    r.fenced = random_.chance(0.5);
    if (random_.chance(0.5)) r.cordoned_log_dirs = r.log_dirs;
    protocol::ProducerIdsRecord ids;
    ids.next_producer_id = world_.next.value * 1000;
    world_.apply_all({r, ids});
  }
  void elect(const Topics::value_type& topic) {
    protocol::PartitionChangeRecord r;
    r.topic_id = id(topic.first);
    r.partition_id = static_cast<std::int32_t>(random_.below(static_cast<std::uint64_t>(topic.second)));
    if (random_.chance(0.5)) r.leader = static_cast<std::int32_t>(random_.below(3)) - 1;
    if (random_.chance(0.5)) r.isr = {1};
    if (random_.chance(0.2)) r.leader_recovery_state = static_cast<std::int8_t>(random_.below(2));
    if (random_.chance(0.2)) r.adding_replicas = {3};
    world_.apply_all({r});
  }

  World world_;
  base::Random random_;
  Topics ids_, ids_before_;
  std::uint64_t last_id_ = 0;
  bool in_transaction_ = false;
};

ImageRef replayed(const Image& image) {
  Replay replay(base::make_counted<const Image>(), config::TopicConfig{}, NodeId(1));
  each_record(image, [&](const MetadataRecord& record) {
    const Status status = replay.apply(record, image.last());
    EXPECT_TRUE(status) << status.error().to_string();
  });
  return replay.image();
}

TEST(ImageRecords, MakeTheSameImageAgain) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomLog log(seed);
    for (int i = 0; i < 400; ++i) {
      log.step();
      if (i % 50 != 0) continue;
      const ImageRef image = log.world().image();
      EXPECT_EQ(bytes_of(*replayed(*image)), bytes_of(*image)) << "seed " << seed;
    }
  }
}

TEST(ImageRecords, OldImagesStayAndDiffsTellWhatChanged) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomLog log(seed);
    std::vector<std::pair<ImageRef, std::string>> images;
    for (int i = 0; i < 400; ++i) {
      log.step();
      if (i % 20 == 0) images.emplace_back(log.world().image(), bytes_of(*log.world().image()));
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      ASSERT_EQ(bytes_of(*images[i].first), images[i].second) << "seed " << seed;
      if (i == 0) continue;
      const Image &before = *images[i - 1].first, &after = *images[i].first;
      std::set<std::string> told;
      for (const auto& change : changed_topics(before, after)) {
        EXPECT_NE(change.before, change.after);
        told.insert((change.after ? change.after : change.before)->name);
      }
      const auto check = [&](const auto& topic) {
        EXPECT_EQ(told.count(topic->name) > 0, before.topic(topic->id) != after.topic(topic->id));
      };
      before.topics().each(check);
      after.topics().each(check);
    }
  }
}

TEST(ImageRecords, TheSettingsAreThoseOfTheOverrides) {
  RandomLog log(3);
  for (int i = 0; i < 400; ++i) log.step();
  log.end_transaction();
  const auto image = log.world().image();
  const auto defaults = config::with_overrides(config::TopicConfig{}, image->broker_overrides(""),
                                               image->broker_overrides(log.world().config.node_id));
  image->topics().each([&](const auto& topic) {
    EXPECT_EQ(topic->config(), config::resolve(topic->overrides, defaults)) << topic->name;
  });
}

}  // namespace
}  // namespace kstream::cluster
