#include "cli/produce.h"
#include "cli/start.h"

int main(int argc, char** argv) {
  return kstream::cli::start(kstream::cli::kProduceProgram, argc, argv, kstream::cli::run_produce);
}
