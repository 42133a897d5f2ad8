#pragma once

#include "simulation/simulation.h"

#include <array>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace kstream::sim {

/// A client with one connection and several requests in flight. It creates two topics if they are not there: one that
/// stays, whose partitions become more and of which old records are deleted, and one that is deleted again and again.
/// It produces records of unique values with acks=all, fetches what is there, and tells the checkers all that it is
/// told.
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
  struct Position {
    Offset next{0};
    bool at_end = false;
  };
  struct Topic {
    Uuid id;  ///< zero: it must be asked for
    std::map<PartitionId, Position> positions;
    bool known() const { return !id.is_zero(); }
  };
  struct Produce {
    Log log;
    std::vector<std::string> values;
  };
  struct Fetch {
    std::map<Log, Offset> least_starts;
  };
  struct Learn {};
  struct Change {};  ///< a topic is created, or gets more partitions: what became of it, Learn says
  struct Delete {
    Uuid topic;
  };
  struct Trim {
    Log log;
  };
  using What = std::variant<Produce, Fetch, Learn, Change, Delete, Trim>;
  struct Pending {
    std::int32_t correlation;
    What what;
  };

  template <class Request>
  void send(const Request& request, std::int16_t version, What what);
  Topic* find(const Uuid& id);
  void forget(const Uuid& id);
  void learn();
  void create(std::size_t topic);
  void remove(Topic& topic);
  void grow(const Topic& topic);
  void produce(const Topic& topic);
  void fetch();
  void trim(const Topic& topic);
  void learned(const std::string& body);
  void removed(const Delete& what, const std::string& body);
  void produced(const Produce& what, const std::string& body);
  void fetched(const Fetch& what, const std::string& body);
  void trimmed(const Trim& what, const std::string& body);
  void take_records(const Log& log, Position& position, Offset least_start, base::BytesView bytes);

  Simulation& sim_;
  const int number_;
  bool connected_ = false, fetching_ = false, learning_ = false;
  bool stale_ = false;           ///< something was changed since it last asked what there is
  bool learned_at_end_ = false;  ///< nothing changes any more, and it knows all there is
  Simulation::Address address_{};
  std::int32_t last_correlation_ = 0;
  std::uint64_t last_value_ = 0;
  std::deque<Pending> pending_;
  std::array<Topic, 2> topics_;
  std::int32_t session_ = 0, session_epoch_ = 0;  ///< of fetches
  std::set<Log> held_;                            ///< by that session
  std::set<Log> moved_;                           ///< answered since the last fetch
  std::set<Uuid> deleted_;                        ///< topics that it was told are gone
};

}  // namespace kstream::sim
