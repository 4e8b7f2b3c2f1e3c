/// Makes JPEG files of any sampling through libjpeg, for tests.

#ifndef TESSERA_JPEG_ENCODER_H
#define TESSERA_JPEG_ENCODER_H

#include <stddef.h>
#include <stdint.h>

/// The channels of a file.
enum jpeg_channels {
  jpeg_grey,
  jpeg_luma_and_chroma,
  jpeg_red_green_blue,
  jpeg_inks,
  jpeg_luma_chroma_and_black,
};

/// The horizontal and vertical sampling factors of a channel.
struct jpeg_sampling {
  uint8_t across;
  uint8_t down;
};

/// The order of the channels in a file.
enum jpeg_order {
  jpeg_interleaved,
  jpeg_channel_by_channel,
  jpeg_progressive,
};

/// Encodes pixels of 1 (grey), 3 (red, green, blue) or 4 bytes (CMYK), depending on the channels, with
/// the best quality.
///
/// - Parameter sampling: One value for each channel.
/// - Returns: The file, which the caller frees, or NULL if libjpeg rejects the parameters.
uint8_t *jpeg_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, enum jpeg_channels channels,
  const struct jpeg_sampling *sampling, enum jpeg_order order, size_t *count);

#endif
