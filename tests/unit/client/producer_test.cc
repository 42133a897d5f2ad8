#include <kstream/producer.h>

#include "records/builder.h"
#include "unit/client/client_fixture.h"

#include <gtest/gtest.h>

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

namespace kstream::test {
namespace {

/// What the handler was told.
struct Reports {
  struct Report {
    Error error;
    Offset base_offset;
    PartitionId partition;
    std::vector<Record> records;
    std::vector<std::pair<std::size_t, std::string>> record_errors;
  };
  std::map<std::uint64_t, Report> by_tag;

  Producer::DeliveryHandler handler() {
    return [this](const Delivery& delivery) {
      Report report{delivery.error(), delivery.base_offset(), delivery.partition(), delivery.records(), {}};
      for (const auto& error : delivery.record_errors()) report.record_errors.emplace_back(error.index, error.detail);
      for (std::size_t i = 0; i < delivery.count(); ++i) {
        report.base_offset = delivery.ok() ? delivery.base_offset() + static_cast<std::int64_t>(i) : kNoOffset;
        EXPECT_TRUE(by_tag.emplace(delivery.tags()[i], report).second) << "told twice";
      }
    };
  }
};

Producer make_producer(const FakeCluster& cluster, Properties properties = {},
                       Producer::DeliveryHandler handler = nullptr) {
  Result<Producer> producer = Producer::create(config_for(cluster.bootstrap(), properties), std::move(handler));
  EXPECT_TRUE(producer.ok());
  return *std::move(producer);
}

Status send(Producer& producer, std::string_view value, std::uint64_t tag = 0, int partition = 0) {
  ProducerRecord record;
  record.topic = "orders";
  record.partition = PartitionId(partition);
  record.value = value;
  record.tag = tag;
  return producer.send(record);
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> result;
  result.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) result.push_back(std::to_string(i));
  return result;
}

TEST(Producer, DeliversAndReports) {
  FakeCluster cluster;
  cluster.create_topic("orders", 2);
  Reports reports;
  Producer producer = make_producer(cluster, {}, reports.handler());
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(send(producer, std::to_string(i), static_cast<std::uint64_t>(i)).ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), numbers(10));
  ASSERT_EQ(reports.by_tag.size(), 10u);
  EXPECT_EQ(reports.by_tag[7].base_offset, Offset(7));
  EXPECT_EQ(producer.stats().records_acknowledged, 10u);
  EXPECT_EQ(producer.stats().buffered_bytes, 0u);
  EXPECT_EQ(cluster.last_version(ApiKey::produce), 13);
  EXPECT_EQ(cluster.last_version(ApiKey::api_versions), 5);
}

TEST(Producer, SendsWithoutFlushAfterLinger) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Reports reports;
  Producer producer = make_producer(cluster, {{"linger.ms", "20"}}, reports.handler());
  pollfd event{producer.event_fd(), POLLIN, 0};
  ASSERT_TRUE(send(producer, "a").ok());
  EXPECT_EQ(::poll(&event, 1, static_cast<int>(kSoon.count())), 1);
  EXPECT_EQ(producer.poll(kSoon), 1u);
  EXPECT_EQ(::poll(&event, 1, 0), 0);
  EXPECT_EQ(producer.poll(milliseconds(1)), 0u);
}

TEST(Producer, EveryCodecArrives) {
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    FakeCluster cluster;
    cluster.create_topic("orders", 1);
    Producer producer = make_producer(cluster, {{"compression.type", codec}});
    for (const std::string& value : numbers(1000)) ASSERT_TRUE(send(producer, value).ok());
    ASSERT_TRUE(producer.flush(kSoon).ok()) << codec;
    EXPECT_EQ(cluster.values(orders(0)), numbers(1000)) << codec;
  }
}

TEST(Producer, SpeaksToOldBrokers) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.limit_version(ApiKey::api_versions, 2);
  cluster.limit_version(ApiKey::produce, 3);
  cluster.limit_version(ApiKey::metadata, 4);
  Producer producer = make_producer(cluster);
  ASSERT_TRUE(send(producer, "a").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), std::vector<std::string>{"a"});
  EXPECT_EQ(cluster.last_version(ApiKey::api_versions), 2);
  EXPECT_EQ(cluster.last_version(ApiKey::produce), 3);
}

TEST(Producer, SaysWhatAnOldBrokerLacks) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.limit_version(ApiKey::produce, 6);
  Producer producer = make_producer(cluster, {{"compression.type", "zstd"}});
  ASSERT_TRUE(send(producer, "a").ok());
  const Status status = producer.flush(kSoon);
  EXPECT_EQ(status.code(), ErrorCode::unsupported_version);
  EXPECT_NE(status.error().detail.find("knows Produce 3 to 6, not 7 to 13"), std::string::npos)
      << status.error().detail;
}

TEST(Producer, AcksZeroIsDoneWhenWritten) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Reports reports;
  Producer producer = make_producer(cluster, {{"acks", "0"}}, reports.handler());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(send(producer, std::to_string(i), static_cast<std::uint64_t>(i)).ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(reports.by_tag.at(99).base_offset, kNoOffset + 99);
  for (int i = 0; i < 2000 && cluster.values(orders(0)).size() < 100; ++i) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(cluster.values(orders(0)), numbers(100));
}

TEST(Producer, KeepsTheOrderWhenBrokersFail) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 2);
  std::atomic<int> calls = 0;
  cluster.set_fault([&](ApiKey api, const TopicPartition&, base::BytesView) {
    const ErrorCode errors[] = {ErrorCode::none, ErrorCode::not_enough_replicas, ErrorCode::none,
                                ErrorCode::kafka_storage_error, ErrorCode::none};
    return api == ApiKey::produce ? errors[calls++ % 5] : ErrorCode::none;
  });
  Producer producer = make_producer(cluster, {{"batch.size", "100"}, {"max.request.size", "1000"}});
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(send(producer, std::to_string(i), 0, 0).ok());
    ASSERT_TRUE(send(producer, std::to_string(i), 0, 1).ok());
  }
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), numbers(500));
  EXPECT_EQ(cluster.values(orders(1)), numbers(500));
  EXPECT_GT(producer.stats().retries, 0u);
}

TEST(Producer, FollowsTheLeader) {
  for (const bool hints : {false, true}) {
    FakeCluster cluster(2);
    cluster.create_topic("orders", 1);
    cluster.set_hints(hints);
    Producer producer = make_producer(cluster);
    ASSERT_TRUE(send(producer, "0").ok());
    ASSERT_TRUE(producer.flush(kSoon).ok());
    cluster.move_leader(orders(0), NodeId(2));
    const int asked = cluster.requests(ApiKey::metadata);
    ASSERT_TRUE(send(producer, "1").ok());
    ASSERT_TRUE(producer.flush(kSoon).ok());
    EXPECT_EQ(cluster.values(orders(0)), numbers(2));
    EXPECT_EQ(cluster.requests(ApiKey::metadata) == asked, hints);
  }
}

TEST(Producer, LosesNothingWhenConnectionsBreak) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster);
  cluster.cut(ApiKey::produce, 3, false);
  for (const std::string& value : numbers(10)) ASSERT_TRUE(send(producer, value).ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), numbers(10));
}

TEST(Producer, RepeatsWhatWasAppendedWithoutAnAnswer) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster);
  cluster.cut(ApiKey::produce, 1, true);
  ASSERT_TRUE(send(producer, "a").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), (std::vector<std::string>{"a", "a"})) << "at least once";
  EXPECT_EQ(producer.stats().records_repeated, 1u);
}

TEST(Producer, GoesOnAfterAHandlerThatThrows) {
  FakeCluster cluster;
  cluster.create_topic("orders", 3);
  std::vector<std::uint64_t> told;
  bool throws = true;
  Producer producer = make_producer(cluster, {}, [&](const Delivery& delivery) {
    if (std::exchange(throws, false)) throw std::runtime_error("the caller's own");
    told.insert(told.end(), delivery.tags().begin(), delivery.tags().end());
  });
  for (int p : {0, 1, 2}) {
    ProducerRecord record{.topic = "orders", .partition = PartitionId(p), .value = "x"};
    record.tag = static_cast<std::uint64_t>(p);
    ASSERT_TRUE(producer.send(record).ok());
  }
  EXPECT_THROW((void)producer.flush(kSoon), std::runtime_error);
  EXPECT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(told.size(), 2u) << "all but the batch of which it threw";
  EXPECT_EQ(producer.stats().buffered_bytes, 0u);
  ASSERT_TRUE(send(producer, "y").ok());
  EXPECT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(told.size(), 3u);
}

TEST(Producer, GivesUpOnABrokerThatDoesNotAnswer) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Reports reports;
  Producer producer = make_producer(
      cluster, {{"request.timeout.ms", "100"}, {"delivery.timeout.ms", "300"}, {"linger.ms", "0"}}, reports.handler());
  cluster.ignore(ApiKey::produce, 1000);
  ASSERT_TRUE(send(producer, "a", 1).ok());
  const Status status = producer.flush(kSoon);
  EXPECT_EQ(status.code(), ErrorCode::request_timed_out);
  ASSERT_EQ(reports.by_tag.count(1), 1u);
  ASSERT_EQ(reports.by_tag[1].records.size(), 1u);
  EXPECT_EQ(reports.by_tag[1].records[0].value, "a");
  EXPECT_GT(producer.stats().retries, 0u);
}

TEST(Producer, SaysWhoIsOutOfReach) {
  FakeCluster cluster;
  cluster.stop_node(NodeId(1));
  Producer producer = make_producer(cluster, {{"max.block.ms", "200"}});
  const Status status = send(producer, "a");
  EXPECT_EQ(status.code(), ErrorCode::network_exception);
  EXPECT_NE(status.error().detail.find("Connection refused"), std::string::npos) << status.error().detail;
}

TEST(Producer, WaitsForABrokerThatComesBack) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster);
  ASSERT_TRUE(send(producer, "0").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  cluster.stop_node(NodeId(1));
  ASSERT_TRUE(send(producer, "1").ok());
  EXPECT_EQ(producer.flush(milliseconds(100)).code(), ErrorCode::request_timed_out);
  cluster.start_node(NodeId(1));
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), numbers(2));
}

TEST(Producer, TellsOfUnknownTopicsAndPartitions) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster, {{"max.block.ms", "200"}});
  EXPECT_EQ(*producer.partition_count("orders", kSoon), 1);
  EXPECT_EQ(producer.partition_count("nothing", kSoon).code(), ErrorCode::unknown_topic_or_partition);
  const Status status = send(producer, "a", 0, 7);
  EXPECT_EQ(status.code(), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(status.error().detail, "topic orders has 1 partitions; there is no partition 7");
  ProducerRecord record;
  record.topic = "nothing";
  EXPECT_EQ(producer.send(record).code(), ErrorCode::unknown_topic_or_partition);
  record.topic = "orders";
  record.timestamp = Timestamp(-2);
  EXPECT_EQ(producer.send(record).code(), ErrorCode::invalid_timestamp);
}

TEST(Producer, AWaitingSendSeesATopicBeingCreated) {
  FakeCluster cluster;
  Producer producer = make_producer(cluster);
  std::thread creator([&] {
    std::this_thread::sleep_for(milliseconds(50));
    cluster.create_topic("orders", 1);
  });
  EXPECT_TRUE(send(producer, "a").ok());
  creator.join();
}

TEST(Producer, ReportsARefusedBatchWithItsRecords) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.set_fault([](ApiKey api, const TopicPartition&, base::BytesView) {
    return api == ApiKey::produce ? ErrorCode::invalid_record : ErrorCode::none;
  });
  Reports reports;
  Producer producer = make_producer(cluster, {{"compression.type", "gzip"}}, reports.handler());
  ProducerRecord record;
  record.topic = "orders";
  record.key = "k";
  const HeaderView header{"h", "1"};
  record.headers = std::span(&header, 1);
  record.timestamp = Timestamp(5);
  record.tag = 1;
  ASSERT_TRUE(producer.send(record).ok());
  ASSERT_TRUE(send(producer, "v", 2).ok());
  EXPECT_EQ(producer.flush(kSoon).code(), ErrorCode::invalid_record);
  const Reports::Report& report = reports.by_tag.at(1);
  EXPECT_EQ(report.error.code, ErrorCode::invalid_record);
  ASSERT_EQ(report.records.size(), 2u);
  EXPECT_EQ(report.records[0].key, "k");
  EXPECT_FALSE(report.records[0].value.has_value());
  EXPECT_EQ(report.records[0].headers, (std::vector<Header>{{"h", "1"}}));
  EXPECT_EQ(report.records[0].timestamp, Timestamp(5));
  EXPECT_EQ(report.record_errors, (std::vector<std::pair<std::size_t, std::string>>{{1, "bad record"}}));
}

TEST(Producer, BlocksWhileItsMemoryIsFull) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Reports reports;
  Producer producer = make_producer(
      cluster, {{"buffer.memory", "10000"}, {"batch.size", "1000"}, {"linger.ms", "60000"}}, reports.handler());
  const std::string value(500, 'v');
  for (std::uint64_t i = 0; i < 200; ++i) ASSERT_TRUE(send(producer, value, i).ok());
  EXPECT_LE(producer.stats().buffered_bytes, 10000u);
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(reports.by_tag.size(), 200u);
  EXPECT_EQ(cluster.values(orders(0)).size(), 200u);
}

TEST(Producer, FailsASendThatFindsNoRoomInTime) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.ignore(ApiKey::produce, 1000);
  Producer producer = make_producer(cluster, {{"buffer.memory", "1000"}, {"max.block.ms", "100"}});
  const std::string value(800, 'v');
  ASSERT_TRUE(send(producer, value).ok());
  EXPECT_EQ(send(producer, value).code(), ErrorCode::request_timed_out);
}

TEST(Producer, SplitsABatchThatTheTopicDoesNotTake) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.set_fault([](ApiKey api, const TopicPartition&, base::BytesView records) {
    return api == ApiKey::produce && records.size() > 300 ? ErrorCode::message_too_large : ErrorCode::none;
  });
  Reports reports;
  Producer producer = make_producer(cluster, {}, reports.handler());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(send(producer, std::to_string(i), static_cast<std::uint64_t>(i)).ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), numbers(1000));
  for (const auto& [tag, report] : reports.by_tag)
    EXPECT_EQ(report.base_offset, Offset(static_cast<std::int64_t>(tag)));
}

TEST(Producer, SeveralThreadsMaySend) {
  FakeCluster cluster;
  cluster.create_topic("orders", 3);
  std::atomic<std::size_t> reported = 0;
  Producer producer = make_producer(cluster, {{"buffer.memory", "20000"}}, [&](const Delivery& delivery) {
    EXPECT_TRUE(delivery.ok());
    reported += delivery.count();
  });
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&producer, t] {
      for (int i = 0; i < 500; ++i) EXPECT_TRUE(send(producer, std::to_string(i), 0, t).ok());
      EXPECT_TRUE(producer.flush(kSoon).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(reported, 1500u);
  for (int t = 0; t < 3; ++t) EXPECT_EQ(cluster.values(orders(t)), numbers(500));
}

TEST(Producer, ATopicMadeAnewGetsItsRecords) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster);
  ASSERT_TRUE(send(producer, "a").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  cluster.delete_topic("orders");
  cluster.create_topic("orders", 1);
  ASSERT_TRUE(send(producer, "b").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), std::vector<std::string>{"b"});
}

TEST(Producer, EndsAtOnceWithRecordsLeft) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.ignore(ApiKey::produce, 1000);
  // If it waited it would do so for a day, beyond the limit of this test.
  Producer producer = make_producer(cluster, {{"linger.ms", "0"}, {"request.timeout.ms", "86400000"}});
  ASSERT_TRUE(send(producer, "a").ok());
  EXPECT_EQ(producer.flush(milliseconds(50)).code(), ErrorCode::request_timed_out);
}

TEST(Producer, AcksZeroNoticesABrokerThatStandsStill) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.stall(ApiKey::produce);
  Producer producer =
      make_producer(cluster, {{"acks", "0"}, {"max.request.size", "16000000"}, {"request.timeout.ms", "1000"}});
  ASSERT_TRUE(send(producer, "the last that is read").ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  std::string more_than_sockets_hold;
  more_than_sockets_hold.resize(15'000'000, 'v');
  ASSERT_TRUE(send(producer, more_than_sockets_hold).ok());
  EXPECT_TRUE(producer.flush(kSoon).ok()) << "on another connection";
  EXPECT_GE(producer.stats().retries, 1u);
}

TEST(Producer, WaitsForAsLongAsATimeoutCanSay) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Reports reports;
  Producer producer = make_producer(cluster, {{"linger.ms", "50"}}, reports.handler());
  EXPECT_EQ(*producer.partition_count("orders", milliseconds::max()), 1);
  ASSERT_TRUE(send(producer, "a", 1).ok());
  EXPECT_EQ(producer.poll(milliseconds::max()), 1u);
  ASSERT_TRUE(send(producer, "b", 2).ok());
  EXPECT_TRUE(producer.flush(milliseconds::max()).ok());
  EXPECT_EQ(producer.poll(milliseconds::min()), 0u);
}

TEST(Producer, TracesRequests) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  std::vector<std::string> lines;
  ClientConfig config = config_for(cluster.bootstrap());
  config.trace = [&](std::string_view line) { lines.emplace_back(line); };
  {
    Result<Producer> producer = Producer::create(config);
    ASSERT_TRUE(producer.ok());
    ASSERT_TRUE(send(*producer, "a").ok());
    ASSERT_TRUE(producer->flush(kSoon).ok());
  }
  const auto found = std::ranges::find_if(
      lines, [](const std::string& line) { return line.find("< Produce v13") != std::string::npos; });
  EXPECT_NE(found, lines.end());
}

TEST(Producer, SendsBatchesAsTheyAre) {
  FakeCluster cluster;
  cluster.create_topic("orders", 2);
  Reports reports;
  Producer producer = make_producer(cluster, {{"linger.ms", "60000"}}, reports.handler());
  records::BatchBuilder builder;
  for (std::string_view value : {"a", "b"}) builder.append(Timestamp(1000), std::nullopt, value);
  records::BatchOptions options;
  options.base_offset = Offset(77);
  options.codec = Codec::zstd;
  const std::string batch = *builder.finish(options);
  ASSERT_TRUE(send(producer, "before", 1).ok());
  ASSERT_TRUE(producer.send_batch("orders", PartitionId(0), batch, 2).ok());
  ASSERT_TRUE(send(producer, "after", 3).ok());
  ASSERT_TRUE(producer.flush(kSoon).ok());
  EXPECT_EQ(cluster.values(orders(0)), (std::vector<std::string>{"before", "a", "b", "after"}));
  ASSERT_EQ(reports.by_tag.size(), 3u);
  EXPECT_EQ(reports.by_tag[2].base_offset, Offset(1));
  EXPECT_EQ(reports.by_tag[3].base_offset, Offset(3));
  EXPECT_EQ(producer.stats().buffered_bytes, 0u);
}

TEST(Producer, RefusesWhatIsNoBatch) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Producer producer = make_producer(cluster);
  auto code_of = [&](const std::string& batch) {
    return producer.send_batch("orders", PartitionId(0), batch, 0).code();
  };
  auto made = [](records::BatchOptions options) {
    records::BatchBuilder builder;
    builder.append(Timestamp(1000), std::nullopt, "a");
    return *builder.finish(options);
  };
  const std::string good = made({});
  EXPECT_EQ(code_of(""), ErrorCode::corrupt_message);
  EXPECT_EQ(code_of(good.substr(0, good.size() - 1)), ErrorCode::corrupt_message);
  EXPECT_EQ(code_of(good + good), ErrorCode::corrupt_message);
  std::string damaged = good;
  damaged.back() ^= 1;
  EXPECT_EQ(code_of(damaged), ErrorCode::corrupt_message);
  records::BatchOptions transactional;
  transactional.transactional = true;
  EXPECT_EQ(code_of(made(transactional)), ErrorCode::invalid_record);
  EXPECT_EQ(producer.send_batch("orders", PartitionId(1), good, 0).code(), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(code_of(good), ErrorCode::none);
}

}  // namespace
}  // namespace kstream::test
