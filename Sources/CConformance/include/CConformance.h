/* Everything of this module. Listed, because a folder as umbrella is not read anew when a header comes. */
#include "child.h"
#include "reenter.h"
#include "state.h"
#include "vectormath.h"
#include "watch.h"
