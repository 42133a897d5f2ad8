#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>

namespace kstream::base {

/// A vector whose first N elements lie within it: where there is seldom more than one, nothing is allocated for it.
template <class T, std::size_t N>
using SmallVector = boost::container::small_vector<T, N>;
/// For `resize`: the new elements, which are about to be overwritten, are not set.
inline constexpr auto kNotSet = boost::container::default_init;

}  // namespace kstream::base
