// Whole brokers under load and crashes, many seeds. KSTREAM_SIMULATION_SECONDS: how long (default 10); KSTREAM_SEED:
// only that one.
#include "simulation/simulation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace kstream::sim {
namespace {

Scenario scenario_of(std::uint64_t seed) {
  base::Random random(seed ^ 0x5eed);
  Scenario scenario;
  scenario.shards = static_cast<std::size_t>(random.between(1, 3));
  scenario.partitions = static_cast<std::int32_t>(random.between(1, 6));
  scenario.clients = static_cast<int>(random.between(1, 5));
  scenario.crashes = static_cast<int>(random.below(5));
  scenario.power_losses = random.chance(0.3);
  scenario.small_segments = random.chance(0.8);
  scenario.deletes = random.chance(0.7) ? 0.03 : 0;
  scenario.grows = random.chance(0.7) ? 0.02 : 0;
  return scenario;
}

std::size_t deletions = 0;  ///< that were answered, in all seeds

void run_seed(std::uint64_t seed) {
  Simulation sim(seed, scenario_of(seed));
  sim.run();
  if (auto& violation = sim.checkers().violation()) {
    FAIL() << "checker " << violation->checker << ": " << violation->what << '\n'
           << sim.stuck() << "\nKSTREAM_SEED=" << seed;
  }
  ASSERT_EQ(sim.stuck(), "") << "KSTREAM_SEED=" << seed;
  ASSERT_GT(sim.checkers().acknowledged_records(), 0u) << "KSTREAM_SEED=" << seed;
  deletions += sim.checkers().deletions();
}

double seconds_allowed() {
  const char* text = std::getenv("KSTREAM_SIMULATION_SECONDS");
  return text ? std::atof(text) : 10;
}

TEST(Simulation, EqualSeedsGiveEqualTraces) {
  for (std::uint64_t seed : {1, 2, 3}) {
    std::uint64_t traces[2];
    for (auto& trace : traces) {
      Simulation sim(seed, scenario_of(seed));
      sim.run();
      trace = sim.trace();
    }
    EXPECT_EQ(traces[0], traces[1]) << "seed " << seed;
  }
}

// Seeds that once found something; a line each, with what it was behind the number.
TEST(Simulation, SeedsThatFoundSomething) {
  std::ifstream file(KSTREAM_SEEDS);
  ASSERT_TRUE(file);
  std::uint64_t seed = 0;
  for (std::string line; std::getline(file, line);) {
    if (std::sscanf(line.c_str(), "%lu", &seed) == 1) run_seed(seed);
    if (HasFatalFailure()) return;
  }
}

TEST(Simulation, Seeds) {
  if (const char* only = std::getenv("KSTREAM_SEED")) return run_seed(std::strtoull(only, nullptr, 10));
  auto began = std::chrono::steady_clock::now();
  std::uint64_t seed = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() < seconds_allowed() &&
         !HasFatalFailure())
    run_seed(++seed);
  std::cout << seed << " seeds, " << deletions << " deletions\n";
  EXPECT_TRUE(deletions > 0 || HasFatalFailure());
}

}  // namespace
}  // namespace kstream::sim
