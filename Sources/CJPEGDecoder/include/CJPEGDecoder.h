/// Reads JPEG files through libjpeg.
///
/// libjpeg leaves a failed call by longjmp, which must not cross Swift's frames: everything that can
/// fail stands in these two functions, which return instead.

#ifndef TESSERA_JPEG_DECODER_H
#define TESSERA_JPEG_DECODER_H

#include <stddef.h>
#include <stdint.h>

/// How reading went.
enum jpeg_outcome {
  jpeg_read = 0,
  /// The file is damaged, cut short, or of a kind that libjpeg does not read.
  jpeg_damaged,
  /// It needs more memory than was allowed.
  jpeg_needs_memory,
};

/// What went wrong, in libjpeg's words; empty where nothing did.
struct jpeg_message {
  char text[256];
};

/// Is given a segment of application data 1, which holds Exif or XMP, without marker and length. The
/// bytes are valid during the call.
typedef void (*jpeg_segment_reader)(void *context, const uint8_t *bytes, size_t count);

/// Reads what stands before the first scan.
///
/// - Parameters:
///   - width, height: Receive the extents in pixels, at least 1 each.
///   - read_segment: Is called for each segment of application data 1, with `context`.
enum jpeg_outcome jpeg_read_headers(
  const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
  jpeg_segment_reader read_segment, void *context, struct jpeg_message *message);

/// Decodes a picture to three bytes a pixel: red, green, blue. Four inks are laid on white; they are
/// taken to be stored as what is left of the paper's white, as Adobe's programs write them.
///
/// What only warns and leaves every pixel in place is read: bytes between two segments, a version of
/// JFIF or a colour transform that libjpeg does not know. What makes it guess pixels is damage.
///
/// - Parameters:
///   - pixels: Room for 3 · width · height bytes.
///   - memory: Bytes that libjpeg may hold beside them, where it holds the coefficients of a whole
///     picture, as progressive files need it.
enum jpeg_outcome jpeg_decode(
  const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height,
  size_t memory, struct jpeg_message *message);

#endif
