#pragma once

#include "base/time.h"
#include "broker/effects.h"

namespace kstream::broker {

/// What the shards and the control machine have in common: events go in, effects come out, nothing waits. A turn of the
/// driver is: events in any order; then `end_turn`, performing of `effects().disk` with `disk_done` for what ended at
/// once, and again until no disk effect is left; then performing of all other effects.
class Machine {
 public:
  explicit Machine(std::size_t machines) : effects_(machines) {}
  virtual ~Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  virtual void message(MachineId from, Message&& message, base::Now now) = 0;
  virtual void disk_done(DiskWork&& work, Result<log::Outcome> result, base::Now now) = 0;
  /// Called when `deadline()` has come; early calls are harmless.
  virtual void tick(base::Now now) = 0;
  /// Turns what the events of this turn queued into disk effects.
  virtual void end_turn(base::Now now) = 0;
  virtual base::MonoTime deadline() const = 0;

  Effects& effects() { return effects_; }

 protected:
  void post(MachineId to, Message&& message) { effects_.mail[to].push_back(std::move(message)); }

 private:
  Effects effects_;
};

}  // namespace kstream::broker
