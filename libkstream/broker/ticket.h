#pragma once

#include "broker/address.h"

#include <utility>

namespace kstream::broker {

class Requests;

/// The obligation to answer one request, exactly once: `Requests::answer` takes it. Move-only; it never leaves the
/// shard of its connection. One that is dropped unanswered is a defect of ours: an assertion in test builds; in release
/// the connection is closed, which is logged and counted: what to answer is not known where it is noticed.
class AnyTicket {
 public:
  AnyTicket() = default;
  AnyTicket(AnyTicket&& other) noexcept
      : requests_(std::exchange(other.requests_, nullptr)), slot_(other.slot_), generation_(other.generation_) {}
  AnyTicket& operator=(AnyTicket&& other) noexcept {
    AnyTicket old(std::move(*this));
    requests_ = std::exchange(other.requests_, nullptr);
    slot_ = other.slot_;
    generation_ = other.generation_;
    return *this;
  }
  ~AnyTicket();

  /// What to send along so that an answer finds back to this request.
  Call call(std::uint32_t part = 0) const;

 private:
  friend class Requests;
  AnyTicket(Requests* requests, std::uint32_t slot, std::uint32_t generation)
      : requests_(requests), slot_(slot), generation_(generation) {}

  Requests* requests_ = nullptr;
  std::uint32_t slot_ = 0, generation_ = 0;
};

/// A ticket that is answered with a `Response`.
template <class Response>
class Ticket : public AnyTicket {
 public:
  Ticket() = default;
  explicit Ticket(AnyTicket&& ticket) : AnyTicket(std::move(ticket)) {}
};

}  // namespace kstream::broker
