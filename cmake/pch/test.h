// The same, for tests.
#include "std.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
