#include "log/log.h"

namespace kstream::log {

EpochEnd Log::epoch_end(LeaderEpoch epoch, LeaderEpoch current) const {
  Epochs known = epochs_;
  known.assign(current, end_);
  return known.end_of(epoch, end_);
}

}  // namespace kstream::log
