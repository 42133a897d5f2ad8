#include "client/sender.h"

#include "unit/client/producing.h"

#include "records/iterate.h"

#include <gtest/gtest.h>

namespace kstream::client {
namespace {

const std::string kLarge(950, 'r');  // fills a batch

std::string values_of(const std::string& bytes) {
  records::BatchReader batches(bytes);
  records::BatchView batch;
  std::string values;
  if (!batches.next(batch)) return "?";
  records::RecordReader reader(batch.header, records::payload(batch.bytes));
  for (RecordView record; reader.next(record);) values += *record.value;
  return values;
}

/// Sends one large record after the other, `first` then its successors in the alphabet, a batch each.
void send_letters(Producing& producing, char first, int count, int partition = 0) {
  for (int i = 0; i < count; ++i) {
    producing.send(std::string(1, static_cast<char>(first + i)) + kLarge, partition);
  }
}

char letter_of(const ProduceOrder& order) { return values_of(order.batches.at(0)->bytes).at(0); }

TEST(Sender, WaitsForLinger) {
  Producing producing;
  producing.send("a");
  SendPlan plan = producing.plan();
  EXPECT_TRUE(plan.orders.empty());
  EXPECT_EQ(plan.next, producing.now + milliseconds(5));
  producing.advance(5);
  EXPECT_EQ(producing.plan().orders.size(), 1u);
}

TEST(Sender, OneBatchOfAPartitionIsUnderWayAtATime) {
  Producing producing;
  send_letters(producing, 'a', 3);
  SendPlan plan = producing.plan();
  ASSERT_EQ(plan.orders.size(), 1u);
  ASSERT_EQ(plan.orders[0].batches.size(), 1u);
  EXPECT_TRUE(producing.plan().orders.empty());
  producing.done(std::move(plan.orders[0]));
  EXPECT_EQ(letter_of(producing.plan().orders.at(0)), 'b');
}

TEST(Sender, GathersPartitionsOfABrokerInOneRequest) {
  Producing producing(small_settings(), 4, 2);
  for (int p = 0; p < 4; ++p) send_letters(producing, 'a', 1, p);
  const SendPlan plan = producing.plan();
  ASSERT_EQ(plan.orders.size(), 2u);
  EXPECT_EQ(plan.orders[0].batches.size(), 2u);
  EXPECT_EQ(plan.orders[1].batches.size(), 2u);
}

TEST(Sender, RequestsStayBelowTheirSize) {
  ProducerSettings settings = small_settings();
  settings.max_request_size = 2100;
  Producing producing(settings, 4);
  for (int p = 0; p < 4; ++p) send_letters(producing, 'a', 1, p);
  EXPECT_EQ(producing.plan().orders.at(0).batches.size(), 2u);
  EXPECT_EQ(producing.plan().orders.at(0).batches.size(), 2u);
}

TEST(Sender, ABrokerOwesSoManyAnswersAtMost) {
  ProducerSettings settings = small_settings();
  settings.max_request_size = 1100;
  settings.max_in_flight = 2;
  Producing producing(settings, 4);
  for (int p = 0; p < 4; ++p) send_letters(producing, 'a', 1, p);
  SendPlan first = producing.plan();
  EXPECT_EQ(producing.plan().orders.size(), 1u);
  EXPECT_TRUE(producing.plan().orders.empty());
  producing.done(std::move(first.orders[0]));
  EXPECT_EQ(producing.plan().orders.size(), 1u);
}

TEST(Sender, AnErrorThatMayPassKeepsTheOrder) {
  ProducerSettings settings = small_settings();
  settings.max_request_size = 1100;  // a batch is one record, even while it waits
  Producing producing(settings);
  send_letters(producing, 'a', 3);
  SendPlan plan = producing.plan();
  producing.done(std::move(plan.orders[0]), ErrorCode::not_enough_replicas);
  plan = producing.plan();
  EXPECT_TRUE(plan.orders.empty()) << "not before the pause, and no later batch instead";
  EXPECT_EQ(plan.next, producing.now + milliseconds(100));
  producing.advance(100);
  std::string order;
  for (int i = 0; i < 3; ++i) {
    plan = producing.plan();
    ASSERT_EQ(plan.orders.size(), 1u);
    order += letter_of(plan.orders[0]);
    producing.done(std::move(plan.orders[0]));
  }
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(producing.sender.stats().retries, 1u);
  EXPECT_EQ(producing.sender.stats().records_acknowledged, 3u);
}

TEST(Sender, TriesAgainAtOnceWhereTheLeaderWasNamed) {
  Producing producing;
  send_letters(producing, 'a', 1);
  SendPlan plan = producing.plan();
  plan.orders[0].batches[0]->outcome.error.code = ErrorCode::not_leader_or_follower;
  plan.orders[0].batches[0]->outcome.leader_named = true;
  producing.sender.done(std::move(plan.orders[0]), producing.now);
  EXPECT_EQ(producing.plan().orders.size(), 1u);
}

TEST(Sender, FailsWhatIsRefused) {
  Producing producing;
  send_letters(producing, 'a', 2);
  SendPlan plan = producing.plan();
  producing.done(std::move(plan.orders[0]), ErrorCode::invalid_record);
  ASSERT_EQ(producing.sender.settled().size(), 1u);
  EXPECT_EQ(producing.sender.settled()[0]->outcome.error.code, ErrorCode::invalid_record);
  EXPECT_EQ(values_of(producing.sender.settled()[0]->bytes).at(0), 'a') << "a report can show the records";
  EXPECT_EQ(letter_of(producing.plan().orders.at(0)), 'b');
  EXPECT_EQ(producing.sender.take_failure().code, ErrorCode::invalid_record);
  EXPECT_EQ(producing.sender.take_failure().code, ErrorCode::none);
}

TEST(Sender, GivesUpAfterSoManyRetries) {
  ProducerSettings settings = small_settings();
  settings.retries = 1;
  Producing producing(settings);
  send_letters(producing, 'a', 1);
  for (int i = 0; i < 2; ++i) {
    SendPlan plan = producing.plan();
    ASSERT_EQ(plan.orders.size(), 1u);
    EXPECT_TRUE(producing.sender.settled().empty());
    producing.done(std::move(plan.orders[0]), ErrorCode::request_timed_out);
    producing.advance(100);
  }
  EXPECT_EQ(producing.sender.settled().size(), 1u);
}

TEST(Sender, GivesUpWhenTheTimeIsOver) {
  Producing producing;
  producing.unreachable = NodeId(1);
  producing.send("x");
  producing.advance(10);
  SendPlan plan = producing.plan();
  EXPECT_EQ(plan.trouble.detail, "no way");
  EXPECT_EQ(plan.next, producing.now + milliseconds(990));
  producing.advance(990);
  plan = producing.plan();
  ASSERT_EQ(producing.sender.settled().size(), 1u);
  const Batch& batch = *producing.sender.settled()[0];
  EXPECT_EQ(batch.outcome.error.code, ErrorCode::request_timed_out);
  EXPECT_EQ(values_of(batch.bytes), "x") << "never sent, and yet in the report";
}

TEST(Sender, AsksForMetadataWithoutALeader) {
  Producing producing(small_settings(), 1);
  Metadata none;
  producing.send("x");
  producing.advance(5);
  const SendPlan plan = producing.sender.plan(producing.now, none, [](NodeId) { return Status(); });
  EXPECT_TRUE(plan.metadata_is_stale);
  EXPECT_TRUE(plan.orders.empty());
}

TEST(Sender, FailsATopicThatWillNeverTakeIt) {
  Producing producing;
  producing.send("x");
  producing.accumulator.topic("t").error = ErrorCode::topic_authorization_failed;
  producing.plan();
  ASSERT_EQ(producing.sender.settled().size(), 1u);
  EXPECT_EQ(producing.sender.settled()[0]->outcome.error.code, ErrorCode::topic_authorization_failed);
}

TEST(Sender, SplitsWhatIsTooLarge) {
  Producing producing;
  for (int i = 0; i < 8; ++i) producing.send(std::string(1, static_cast<char>('a' + i)));
  producing.send("z" + kLarge);
  producing.advance(5);
  std::string order;
  std::vector<std::uint64_t> tags;
  int rounds = 0;
  for (SendPlan plan = producing.plan(); !plan.orders.empty() && ++rounds < 100; plan = producing.plan()) {
    const std::string values = values_of(plan.orders[0].batches[0]->bytes);
    const bool fits = plan.orders[0].batches[0]->tags.size() <= 2;
    if (fits) {
      order += values.substr(0, 2);
      for (std::uint64_t tag : plan.orders[0].batches[0]->tags) tags.push_back(tag);
    }
    producing.done(std::move(plan.orders[0]), fits ? ErrorCode::none : ErrorCode::message_too_large);
  }
  EXPECT_EQ(order, "abcdefghzr");
  EXPECT_EQ(tags, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(producing.sender.stats().records_acknowledged, 9u);
  EXPECT_TRUE(producing.accumulator.done(0));
}

TEST(Sender, ASingleRecordThatIsTooLargeFails) {
  Producing producing;
  producing.send("a");
  producing.advance(5);
  SendPlan plan = producing.plan();
  producing.done(std::move(plan.orders[0]), ErrorCode::message_too_large);
  EXPECT_EQ(producing.sender.stats().records_failed, 1u);
}

TEST(Sender, GivesItsMemoryBack) {
  Producing producing;
  send_letters(producing, 'a', 2);
  for (ErrorCode code : {ErrorCode::none, ErrorCode::invalid_record}) {
    SendPlan plan = producing.plan();
    producing.done(std::move(plan.orders[0]), code);
  }
  EXPECT_GT(producing.accumulator.used(), 900u) << "a failed batch is kept for its report";
  for (BatchPtr& batch : producing.sender.settled()) producing.accumulator.release(*batch);
  EXPECT_EQ(producing.accumulator.used(), 0u);
}

}  // namespace
}  // namespace kstream::client
