// The same, for those that also use Boost.JSON.
#include "std.h"

#include <boost/json.hpp>
