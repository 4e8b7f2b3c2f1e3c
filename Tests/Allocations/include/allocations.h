/// Counts heap allocations of the process, on all threads, while counting is on.
///
/// A test executable that links this target replaces malloc and related functions, which also allocate
/// Swift's objects, arrays and closures.

#ifndef TESSERA_ALLOCATIONS_H
#define TESSERA_ALLOCATIONS_H

#include <stdbool.h>

/// Whether allocations can be counted on this system: if the C library is glibc.
bool allocations_can_be_counted(void);

/// Starts counting from zero.
void allocations_start_counting(void);

/// Stops counting.
///
/// Returns the number of allocations since `allocations_start_counting()`.
long allocations_stop_counting(void);

#endif
