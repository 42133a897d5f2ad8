#pragma once

#include <kstream/config_text.h>

namespace kstream::base {

using kstream::Setting;

}  // namespace kstream::base
