/// Counts what a process takes from the heap, on every thread, while it is asked to.
///
/// A test executable that links this target has its own malloc and relatives. Swift's objects, arrays
/// and closures come from them as everything else does.

#ifndef TESSERA_ALLOCATIONS_H
#define TESSERA_ALLOCATIONS_H

#include <stdbool.h>

/// Whether this system's heap can be watched that way: where the C library is glibc.
bool allocations_can_be_counted(void);

/// Begins to count from zero.
void allocations_start_counting(void);

/// Ends counting.
///
/// Returns how many pieces of memory were taken since `allocations_start_counting()`.
long allocations_stop_counting(void);

#endif
