#include "cluster/placement.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace kstream::cluster {
namespace {

template <class T>
void shuffle(std::vector<T>& items, base::Random& random) {
  for (std::size_t n = items.size(); n > 1; --n) std::swap(items[n - 1], items[random.below(n)]);
}

/// Brokers that are taken in turn, each at most once in a round; every round starts one broker further on.
class Turns {
 public:
  void add(NodeId broker) { brokers_.push_back(broker); }
  void start_anywhere(base::Random& random) {
    if (!brokers_.empty()) start_ = random.below(brokers_.size());
  }
  void shuffle_all(base::Random& random) { shuffle(brokers_, random); }

  /// kNoNode once all have had their turn in `round`.
  NodeId next(std::size_t round) {
    if (brokers_.empty()) return kNoNode;
    if (round != round_) {
      round_ = round;
      taken_ = 0;
      start_ = (start_ + 1) % brokers_.size();
    }
    if (taken_ == brokers_.size()) return kNoNode;
    return brokers_[(start_ + taken_++) % brokers_.size()];
  }

 private:
  std::vector<NodeId> brokers_;
  std::size_t start_ = 0, taken_ = 0, round_ = 0;
};

struct Rack {
  Turns unfenced, fenced;

  NodeId next(std::size_t round) {
    const NodeId broker = unfenced.next(round);
    return broker == kNoNode ? fenced.next(round) : broker;
  }
};

class Racks {
 public:
  Racks(const Image& image, base::Random& random) : random_(random) {
    std::map<std::optional<std::string>, Rack> by_name;  // Brokers without a rack share one.
    image.brokers().each([&](const auto& broker) {
      if (broker->in_controlled_shutdown) return;
      Rack& rack = by_name[broker->rack];
      (broker->fenced ? rack.fenced : rack.unfenced).add(broker->id);
      ++(broker->fenced ? fenced_ : unfenced_);
    });
    for (auto& [name, rack] : by_name) {
      rack.fenced.start_anywhere(random);
      rack.unfenced.start_anywhere(random);
      racks_.push_back(std::move(rack));
    }
    if (!racks_.empty()) first_ = random.below(racks_.size());
  }

  std::size_t unfenced() const { return unfenced_; }
  std::size_t total() const { return fenced_ + unfenced_; }

  /// The replicas of the next partition; there must be so many brokers, and an unfenced one.
  std::vector<NodeId> place(std::size_t replicas) {
    if (round_ == unfenced_ && unfenced_ > 1) reshuffle();
    std::vector<NodeId> chosen;
    std::size_t leading = first_;
    NodeId leader;
    while ((leader = racks_[leading].unfenced.next(round_)) == kNoNode) leading = after(leading);
    chosen.push_back(leader);
    bool passed = false;  // The leader's rack had its turn, so the first pass leaves it out.
    for (std::size_t rack = first_; chosen.size() < replicas; rack = after(rack)) {
      if (rack == leading && !std::exchange(passed, true)) continue;
      const NodeId broker = racks_[rack].next(round_);
      if (broker != kNoNode) chosen.push_back(broker);
    }
    ++round_;
    first_ = after(first_);
    return chosen;
  }

 private:
  std::size_t after(std::size_t rack) const { return (rack + 1) % racks_.size(); }

  /// Every unfenced broker has led once: from here the same assignments would come again.
  void reshuffle() {
    shuffle(racks_, random_);
    for (Rack& rack : racks_) {
      rack.fenced.shuffle_all(random_);
      rack.unfenced.shuffle_all(random_);
    }
    round_ = 0;
  }

  base::Random& random_;
  std::vector<Rack> racks_;
  std::size_t fenced_ = 0, unfenced_ = 0;
  std::size_t first_ = 0;  ///< the rack from which the next partition starts
  std::size_t round_ = 0;
};

}  // namespace

Result<std::vector<std::vector<NodeId>>> place_replicas(const Image& image, std::int32_t partitions,
                                                        std::int32_t replication_factor, base::Random& random) {
  Racks racks(image, random);
  if (replication_factor < 1) {
    return {ErrorCode::invalid_replication_factor,
            "replication factor " + std::to_string(replication_factor) + " is not above 0"};
  }
  const auto replicas = static_cast<std::size_t>(replication_factor);
  if (racks.unfenced() == 0) return {ErrorCode::invalid_replication_factor, "no broker is available"};
  if (replicas > racks.total()) {
    return {ErrorCode::invalid_replication_factor, "replication factor " + std::to_string(replication_factor) +
                                                       " needs more brokers than the " + std::to_string(racks.total()) +
                                                       " that are registered"};
  }
  std::vector<std::vector<NodeId>> placed;
  placed.reserve(static_cast<std::size_t>(partitions));
  for (std::int32_t i = 0; i < partitions; ++i) placed.push_back(racks.place(replicas));
  return placed;
}

}  // namespace kstream::cluster
