#include "cluster/image.h"

#include <algorithm>

namespace kstream::cluster {
namespace {

constexpr char blurred(char c) { return c == '.' ? '_' : c; }

}  // namespace

const Partition* Topic::partition(PartitionId partition) const {
  const auto index = static_cast<std::size_t>(partition.value);
  return partition.value >= 0 && index < partitions.size() ? partitions[index].get() : nullptr;
}

const Endpoint* Broker::endpoint(std::string_view listener) const {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(), [&](auto& e) { return e.name == listener; });
  return found == endpoints.end() ? nullptr : &*found;
}

// The finaliser of MurmurHash3: every bit of the input changes every bit of the result with even chance.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdULL;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

bool BlurredName::operator==(const BlurredName& other) const {
  return std::equal(name.begin(), name.end(), other.name.begin(), other.name.end(),
                    [](char a, char b) { return blurred(a) == blurred(b); });
}
bool BlurredName::operator<(const BlurredName& other) const {
  return std::lexicographical_compare(name.begin(), name.end(), other.name.begin(), other.name.end(),
                                      [](char a, char b) { return blurred(a) < blurred(b); });
}

const config::Values* Image::broker_overrides(std::string_view id) const {
  if (!state_.broker_overrides) return nullptr;
  const auto& overrides = state_.broker_overrides->by_broker;
  const auto found = overrides.find(id);
  return found == overrides.end() ? nullptr : &found->second;
}

std::int16_t Image::feature_level(std::string_view feature) const {
  for (const auto& [name, level] : state_.features) {
    if (name == feature) return level;
  }
  return 0;
}

std::vector<TopicChange> changed_topics(const Image& before, const Image& after) {
  std::vector<TopicChange> changes;
  using Topics = PersistentMap<Topic, TopicById>;
  Topics::diff(before.state().topics_by_id, after.state().topics_by_id, [&](const auto& was, const auto& is) {
    changes.push_back({was, is});
  });
  return changes;
}

}  // namespace kstream::cluster
