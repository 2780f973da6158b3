// export.h -- private to cli/: the part of the command line about periodic exports.
#pragma once

#include "cli/noun.h"

namespace signet::cli {

void add_exports(const Noun& root);

}  // namespace signet::cli
