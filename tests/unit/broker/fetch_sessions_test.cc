#include "broker/fetch_sessions.h"

#include <gtest/gtest.h>

#include <set>

namespace kstream::broker {
namespace {

using std::chrono::minutes;

base::MonoTime at(std::int64_t seconds) { return {seconds * 1'000'000'000}; }

struct FetchSessionsTest : testing::Test {
  FetchSession* open(std::size_t partitions, std::int64_t seconds) {
    evicted.reset();
    auto* session = sessions.open(partitions, false, random, at(seconds), evicted);
    if (!session) return nullptr;
    for (std::size_t i = 0; i < partitions; ++i) put(*session, static_cast<std::int32_t>(i));
    return session;
  }
  static std::uint32_t put(FetchSession& session, std::int32_t partition, std::int64_t from = 0) {
    protocol::FetchRequest::FetchTopic topic;
    topic.topic = "orders";
    protocol::FetchRequest::FetchPartition asked;
    asked.partition = partition;
    asked.fetch_offset = from;
    return session.put(topic, asked);
  }

  base::Random random{1};
  std::unique_ptr<FetchSession> evicted;
  FetchSessions sessions{1, 3, 2};
};

TEST_F(FetchSessionsTest, IdsNameTheirShard) {
  FetchSessions many(1, 3, 1000);
  std::set<std::int32_t> seen;
  for (int i = 0; i < 1000; ++i) {
    auto* session = many.open(1, false, random, at(0), evicted);
    EXPECT_GT(session->id(), 0);
    EXPECT_EQ(session->id() % 3, 1);
    EXPECT_TRUE(seen.insert(session->id()).second);
    EXPECT_EQ(many.find(session->id()), session);
    EXPECT_EQ(many.find(session->call()), session);
  }
  EXPECT_EQ(many.find(0), nullptr);
}

TEST_F(FetchSessionsTest, WhoIsInUseStays) {
  auto* first = open(1, 0);
  auto* second = open(5, 10);
  EXPECT_EQ(open(9, 119), nullptr) << "both are young";
  first->used = second->used = at(120);
  EXPECT_EQ(open(1, 130), nullptr) << "none is smaller";
  const auto id = first->id();
  ASSERT_NE(open(2, 130), nullptr);
  EXPECT_EQ(evicted->id(), id) << "small and no longer young";
  EXPECT_EQ(sessions.find(id), nullptr);
  EXPECT_EQ(sessions.size(), 2u);
}

TEST_F(FetchSessionsTest, WhoIsNotUsedGoesFirst) {
  auto* first = open(9, 0);
  auto* second = open(1, 1);
  first->used = at(10);
  second->used = at(131);
  first->fetching = true;
  EXPECT_EQ(open(1, 140), nullptr) << "the one fetches, the other was just used";
  first->fetching = false;
  const auto id = first->id();
  ASSERT_NE(open(1, 140), nullptr);
  EXPECT_EQ(evicted->id(), id);
}

TEST_F(FetchSessionsTest, WithoutRoomThereIsNone) {
  FetchSessions none(0, 1, 0);
  EXPECT_EQ(none.open(1, false, random, at(0), evicted), nullptr);
}

TEST_F(FetchSessionsTest, ChangedPartitionsInTurn) {
  auto& session = *open(4, 0);
  session.set_available(2, 10);
  session.set_available(0, 5);
  session.set_error(1, ErrorCode::not_leader_or_follower);
  EXPECT_EQ(session.available(), 15u);
  EXPECT_EQ(session.errors(), 1u);
  EXPECT_EQ(session.changed(), (std::vector<std::uint32_t>{2, 0, 1}));
  session.served(2);
  EXPECT_EQ(session.changed(), (std::vector<std::uint32_t>{0, 1, 2}));
  put(session, 0, 7);
  session.set_error(1, ErrorCode::none);
  EXPECT_EQ(session.changed(), (std::vector<std::uint32_t>{2})) << "the client has moved on, the error is mended";
  EXPECT_EQ(session.available(), 10u);
}

TEST_F(FetchSessionsTest, WhatIsForgottenTellsNothing) {
  auto& session = *open(2, 0);
  session.set_available(0, 10);
  session.set_error(0, ErrorCode::offset_out_of_range);
  EXPECT_EQ(session.remove("orders", {}, 0), 0u);
  EXPECT_EQ(session.remove("orders", {}, 0), std::nullopt);
  EXPECT_EQ(session.remove("others", {}, 1), std::nullopt);
  session.set_available(0, 10);
  EXPECT_TRUE(session.changed().empty());
  EXPECT_EQ(session.available(), 0u);
  EXPECT_EQ(session.errors(), 0u);
  EXPECT_EQ(session.size(), 1u);
  EXPECT_EQ(put(session, 0), 0u) << "it comes back under its number";
  EXPECT_EQ(session.size(), 2u);
}

TEST_F(FetchSessionsTest, NobodyFillsTheMemoryWithForgottenPartitions) {
  auto& session = *open(1, 0);
  for (std::int32_t i = 1; i < 1100; ++i) {
    put(session, i);
    session.remove("orders", {}, i);
  }
  EXPECT_TRUE(session.worn_out(0));
}

TEST_F(FetchSessionsTest, WhatGrowsFarBeyondItsBeginIsToBeginAnew) {
  auto& session = *open(600, 0);
  EXPECT_FALSE(session.worn_out(1600));
  EXPECT_TRUE(session.worn_out(1601));
}

TEST_F(FetchSessionsTest, OpensNoneForWhichThereIsNoRoom) {
  EXPECT_TRUE(open(400'000, 0));
  EXPECT_FALSE(open(100'001, 0));
  EXPECT_TRUE(open(100'000, 0));
}

TEST_F(FetchSessionsTest, WhoIsNotUsedMakesRoomForPartitionsToo) {
  FetchSessions many(1, 3, 1000);
  auto open = [&](std::size_t partitions, std::int64_t seconds) {
    auto* session = many.open(partitions, false, random, at(seconds), evicted);
    for (std::size_t i = 0; session && i < partitions; ++i) put(*session, static_cast<std::int32_t>(i));
    return session;
  };
  const auto id = open(400'000, 0)->id();
  ASSERT_TRUE(open(50'000, 60));
  EXPECT_FALSE(open(100'001, 119)) << "both are young";
  EXPECT_FALSE(open(460'000, 121)) << "not even with the old one gone";
  EXPECT_EQ(evicted, nullptr);
  ASSERT_TRUE(open(100'001, 121));
  EXPECT_EQ(evicted->id(), id);
}

}  // namespace
}  // namespace kstream::broker
