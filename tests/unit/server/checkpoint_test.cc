#include "small_broker.h"

#include <gtest/gtest.h>

namespace kstream::server {
namespace {

using Failed = std::vector<bool>;

TEST(Checkpoint, OneIsSharedByAllWhoCameBeforeItBegan) {
  SmallBroker broker(1);
  ASSERT_TRUE(broker.start().ok());
  EXPECT_EQ(broker.ask_checkpoints(1), std::vector<Failed>(1, {false}));
  EXPECT_EQ(broker.checkpoints(), 1u);
  EXPECT_EQ(broker.ask_checkpoints(50), std::vector<Failed>(50, {false}));
  EXPECT_EQ(broker.checkpoints(), 3u) << "one for the first, and one for those who came while it was under way";
}

TEST(Checkpoint, WhatCannotBeWrittenIsTold) {
  SmallBroker broker(2);
  ASSERT_TRUE(broker.start().ok());
  broker.directory(1).fail_after(1, 0);
  EXPECT_EQ(broker.ask_checkpoints(1), std::vector<Failed>(1, {false, true}));
  broker.directory(1).repair();
  EXPECT_EQ(broker.ask_checkpoints(1), std::vector<Failed>(1, {false, false}));
}

}  // namespace
}  // namespace kstream::server
