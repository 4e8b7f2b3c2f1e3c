/// Reads JPEG files through libjpeg.
///
/// libjpeg leaves a failed call by longjmp, which must not cross Swift's stack frames. So everything
/// that can fail is in these two functions, which return an error instead.

#ifndef TESSERA_JPEG_DECODER_H
#define TESSERA_JPEG_DECODER_H

#include <stddef.h>
#include <stdint.h>

/// The outcome of reading.
enum jpeg_outcome {
  jpeg_read = 0,
  /// The file is damaged, truncated, or of a kind that libjpeg does not support.
  jpeg_damaged,
  /// Decoding needs more memory than allowed.
  jpeg_needs_memory,
};

/// libjpeg's error message; empty if there was no error.
struct jpeg_message {
  char text[256];
};

/// Receives a segment APP1, which contains Exif or XMP, without marker and length. The bytes are valid
/// during the call.
typedef void (*jpeg_segment_reader)(void *context, const uint8_t *bytes, size_t count);

/// Reads the file up to the first scan.
///
/// - Parameters:
///   - width, height: Receive the extents in pixels, at least 1 each.
///   - read_segment: Called for each segment APP1, with `context`.
enum jpeg_outcome jpeg_read_headers(
  const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
  jpeg_segment_reader read_segment, void *context, struct jpeg_message *message);

/// Decodes a picture to three bytes per pixel: red, green, blue. CMYK is converted; it is assumed to be
/// stored inverted, as Adobe's programs write it.
///
/// Warnings are ignored if all pixels are present: bytes between two segments, a version of JFIF or a
/// colour transform that libjpeg does not know. If libjpeg has to invent pixels, the file is damaged.
///
/// - Parameters:
///   - pixels: Memory for 3 · width · height bytes.
///   - memory: The bytes that libjpeg may use in addition, for the coefficients of a whole picture in
///     progressive files.
enum jpeg_outcome jpeg_decode(
  const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height,
  size_t memory, struct jpeg_message *message);

#endif
