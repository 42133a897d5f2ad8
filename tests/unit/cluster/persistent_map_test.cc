#include "cluster/persistent_map.h"

#include "base/random.h"
#include "cluster/image.h"

#include <gtest/gtest.h>

#include <map>

namespace kstream::cluster {
namespace {

struct Number : base::Counted<Number> {
  Number(int k, int v) : key(k), value(v) {}
  const int key, value;
};
struct NumberTraits {
  static int key(const Number& n) {
    ++looked_at;
    return n.key;
  }
  static std::uint64_t priority(const Number& n) { return mixed(static_cast<std::uint64_t>(n.key)); }
  static inline std::size_t looked_at = 0;
};
using Map = PersistentMap<Number, NumberTraits>;
using Model = std::map<int, int>;

base::Ref<const Number> number(int key, int value) { return base::make_counted<const Number>(key, value); }

Model content(const Map& map) {
  Model out;
  int last = -1;
  map.each([&](const auto& entry) {
    EXPECT_LT(last, entry->key);
    last = entry->key;
    out.emplace(entry->key, entry->value);
  });
  EXPECT_EQ(map.size(), out.size());
  return out;
}

void change(Map& map, Model& model, base::Random& random) {
  const int key = static_cast<int>(random.below(300));
  if (random.chance(0.6)) {
    const int value = static_cast<int>(random.below(1'000'000));
    map.put(number(key, value));
    model[key] = value;
  } else {
    map.erase(key);
    model.erase(key);
  }
}

TEST(PersistentMap, HoldsWhatAMapHoldsAndOldVersionsStay) {
  base::Random random(1);
  Map map;
  Model model;
  std::vector<std::pair<Map, Model>> versions;
  for (int i = 0; i < 4000; ++i) {
    change(map, model, random);
    if (i % 100 == 0) versions.emplace_back(map, model);
    const int key = static_cast<int>(random.below(300));
    const auto& found = map.find(key);
    ASSERT_EQ(found ? found->value : -1, model.count(key) ? model[key] : -1);
  }
  for (const auto& [old, expected] : versions) EXPECT_EQ(content(old), expected);
}

TEST(PersistentMap, GoesOnFromAKey) {
  Map map;
  for (int key = 0; key < 100; key += 2) map.put(number(key, key));
  std::vector<int> seen;
  map.each_from(51, [&](const auto& entry) {
    seen.push_back(entry->key);
    return seen.size() < 3;
  });
  EXPECT_EQ(seen, (std::vector<int>{52, 54, 56}));
}

TEST(PersistentMap, DiffFindsExactlyWhatDiffers) {
  base::Random random(2);
  Map before;
  Model model;
  for (int round = 0; round < 200; ++round) {
    Map after = before;
    const Model was = model;
    for (std::uint64_t n = random.below(20); n > 0; --n) change(after, model, random);
    std::map<int, std::pair<int, int>> told;
    int last = -1;
    Map::diff(before, after, [&](const auto& a, const auto& b) {
      const int key = (a ? a : b)->key;
      EXPECT_LT(last, key);
      last = key;
      told[key] = {a ? a->value : -1, b ? b->value : -1};
    });
    for (int key = 0; key < 300; ++key) {
      const int a = was.count(key) ? was.at(key) : -1, b = model.count(key) ? model.at(key) : -1;
      if (told.count(key)) {
        EXPECT_EQ(told[key], std::pair(a, b)) << key;
      } else {
        EXPECT_EQ(a, b) << key;
      }
    }
    before = after;
  }
}

TEST(PersistentMap, ChangesAndDiffsCostWhatDiffers) {
  Map map;
  for (int key = 0; key < 20'000; ++key) map.put(number(key, key));
  const Map before = map;
  NumberTraits::looked_at = 0;
  map.put(number(17'777, -1));
  map.erase(12'345);
  int told = 0;
  Map::diff(before, map, [&](const auto&, const auto&) { ++told; });
  EXPECT_EQ(told, 2);
  EXPECT_LT(NumberTraits::looked_at, 1500u);
}

}  // namespace
}  // namespace kstream::cluster
