#pragma once

#include "simulation/simulation.h"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace kstream::sim {

/// A client with one connection and several requests in flight. It produces records of unique values with acks=all,
/// fetches what is there, deletes old records now and then, creates the topic if it is not there, and tells the
/// checkers all that it is told.
class Client {
 public:
  Client(Simulation& sim, int number) : sim_(sim), number_(number) {}

  /// Begins what it may begin now; called again by itself as long as there is something to do.
  void act();
  /// A response frame, without its length.
  void receive(const std::string& frame);
  /// The connection is gone; nobody knows what became of the requests in flight.
  void closed();
  /// Every partition was read to its high watermark since everything ended, and nothing is in flight.
  bool finished() const;
  /// What it waits for, for a run that came to no end.
  std::string describe() const;

 private:
  struct Produce {
    PartitionId partition;
    std::vector<std::string> values;
  };
  struct Fetch {
    std::map<PartitionId, Offset> least_starts;
  };
  struct Create {};
  struct Delete {
    PartitionId partition;
  };
  using What = std::variant<Produce, Fetch, Create, Delete>;
  struct Pending {
    std::int32_t correlation;
    What what;
  };
  struct Position {
    Offset next{0};
    bool at_end = false;
  };

  template <class Request>
  void send(const Request& request, std::int16_t version, What what);
  void produce();
  void fetch();
  void create();
  void delete_records();
  void produced(const Produce& what, const std::string& body);
  void fetched(const Fetch& what, const std::string& body);
  void deleted(const Delete& what, const std::string& body);
  void take_records(PartitionId partition, Offset least_start, base::BytesView bytes);

  Simulation& sim_;
  const int number_;
  bool connected_ = false, fetching_ = false, topic_known_ = false;
  Simulation::Address address_{};
  std::int32_t last_correlation_ = 0;
  std::uint64_t last_value_ = 0;
  std::deque<Pending> pending_;
  std::map<PartitionId, Position> positions_;
  std::int32_t session_ = 0, session_epoch_ = 0;  ///< of fetches
  std::set<PartitionId> moved_;                   ///< since the last one
  Uuid topic_id_;
};

}  // namespace kstream::sim
