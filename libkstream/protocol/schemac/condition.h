#pragma once

#include "schema.h"

#include <string>

namespace schemac {

/// The C++ condition under which `version_`, known to be in `context`, is in `versions`; empty if always.
std::string condition(Versions versions, Versions context);

/// The C++ condition that the field of `object` (`value_.`, or nothing for one's own) has not its default value.
std::string is_set(const Field& field, const std::string& object = "");

}  // namespace schemac
