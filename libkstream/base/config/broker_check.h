#pragma once

#include "base/config/config.h"
#include "base/config/listener.h"

#include <string>
#include <vector>

namespace kstream::config {

/// What is wrong with a broker's configs, one sentence each.
struct Problem {
  std::string name;  ///< of the config as it was set
  std::string text;
  bool is_warning = false;  ///< the server starts in spite of it
};

/// Everything that is wrong with `values`, in order of the names. Unknown names are errors that name the nearest known
/// one; configs without effect are warnings or errors, as their row says.
std::vector<Problem> check_broker_configs(const Values& values);

}  // namespace kstream::config
