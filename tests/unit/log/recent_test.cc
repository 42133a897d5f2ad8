#include "log/recent.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

struct Model {
  std::vector<std::pair<std::int64_t, std::uint64_t>> starts;
  std::int64_t end = 0;
  std::uint64_t bytes = 0;

  RecentBatches::Batches find(std::int64_t from, std::int64_t up_to, std::uint32_t max_bytes) const {
    std::size_t first = 0;
    while (first + 1 < starts.size() && starts[first + 1].first <= from) ++first;
    RecentBatches::Batches found{starts[first].second, 0};
    for (std::size_t i = first; i < starts.size(); ++i) {
      const bool last = i + 1 == starts.size();
      const std::uint64_t to = (last ? bytes : starts[i + 1].second) - found.position;
      if ((last ? end : starts[i + 1].first) > up_to || (i > first && to > max_bytes)) break;
      found.bytes = to;
    }
    return found;
  }
};

TEST(RecentBatches, FindsWholeBatches) {
  RecentBatches recent;
  EXPECT_FALSE(recent.find(Offset(0), Offset(5), 100, Offset(5), 100));
  recent.add(Offset(10), 0);
  recent.add(Offset(12), 100);
  recent.add(Offset(20), 150);
  auto find = [&](std::int64_t from, std::int64_t up_to, std::uint32_t max) {
    return recent.find(Offset(from), Offset(up_to), max, Offset(25), 400);
  };
  EXPECT_FALSE(find(9, 25, 1000));
  EXPECT_EQ(find(11, 25, 1000)->position, 0u);
  EXPECT_EQ(find(11, 25, 1000)->bytes, 400u);
  EXPECT_EQ(find(11, 25, 399)->bytes, 150u);
  EXPECT_EQ(find(11, 25, 1)->bytes, 100u) << "one batch at least";
  EXPECT_EQ(find(11, 20, 1000)->bytes, 150u) << "nothing at or above up_to";
  EXPECT_EQ(find(11, 19, 1000)->bytes, 100u);
  EXPECT_EQ(find(11, 11, 1000)->bytes, 0u);
  EXPECT_EQ(find(24, 25, 1)->position, 150u);
  EXPECT_EQ(find(24, 25, 1)->bytes, 250u);
  recent.clear();
  EXPECT_FALSE(find(24, 25, 1));
}

TEST(RecentBatches, AgreesWithASearchOneByOne) {
  base::Random random(1);
  RecentBatches recent;
  Model model;
  for (int i = 0; i < 3000; ++i) {
    recent.add(Offset(model.end), model.bytes);
    model.starts.push_back({model.end, model.bytes});
    model.end += random.between(1, 5);
    model.bytes += static_cast<std::uint64_t>(random.between(61, 300));
    if (model.starts.size() > RecentBatches::kCapacity) model.starts.erase(model.starts.begin());
    const auto from = random.between(model.starts[0].first, model.end - 1);
    const auto up_to = random.between(from, model.end);
    const auto max_bytes = static_cast<std::uint32_t>(random.below(20'000));
    const auto found = recent.find(Offset(from), Offset(up_to), max_bytes, Offset(model.end), model.bytes);
    const auto expected = model.find(from, up_to, max_bytes);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->position, expected.position);
    ASSERT_EQ(found->bytes, expected.bytes);
    ASSERT_FALSE(recent.find(Offset(model.starts[0].first - 1), Offset(up_to), 1, Offset(model.end), model.bytes));
  }
}

}  // namespace
}  // namespace kstream::log
