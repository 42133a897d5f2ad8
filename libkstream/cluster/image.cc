#include "cluster/image.h"

#include <algorithm>
#include <compare>

namespace kstream::cluster {
namespace {

constexpr char blurred(char c) { return c == '.' ? '_' : c; }

std::strong_ordering compare_blurred(std::string_view a, std::string_view b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(),
                                                [](char x, char y) { return blurred(x) <=> blurred(y); });
}

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

bool BlurredName::operator<(const BlurredName& other) const {
  const auto order = compare_blurred(name, other.name);
  return order != 0 ? order < 0 : name < other.name;
}

const config::Values& Image::broker_overrides(std::string_view broker) const {
  static const config::Values none;
  if (!state_.broker_overrides) return none;
  const auto found = state_.broker_overrides->by_broker.find(broker);
  return found == state_.broker_overrides->by_broker.end() ? none : found->second;
}

const Topic* Image::colliding_topic(std::string_view name) const {
  std::string first(name);  // Of the names that collide, the least has no '_'.
  std::replace(first.begin(), first.end(), '_', '.');
  const Topic* found = nullptr;
  state_.topics_by_blurred_name.each_from({first}, [&](const auto& topic) {
    if (compare_blurred(topic->name, name) == 0) found = topic.get();
    return false;
  });
  return found;
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
