// The same, for tests that also use Boost.JSON.
#include "test.h"

#include <boost/json.hpp>
