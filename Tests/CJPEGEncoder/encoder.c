#include "CJPEGEncoder.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

struct encoder {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  jmp_buf failure;
  const uint8_t *pixels;
  uint32_t width;
  uint32_t height;
  enum jpeg_channels channels;
  const struct jpeg_sampling *sampling;
  enum jpeg_order order;
  unsigned char *file;
  unsigned long count;
};

static void fail(j_common_ptr info) { longjmp(((struct encoder *)info)->failure, 1); }

static void encode(struct encoder *encoder) {
  static const struct {
    int count;
    J_COLOR_SPACE input, stored;
  } spaces[] = {
    [jpeg_grey] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
    [jpeg_luma_and_chroma] = {3, JCS_RGB, JCS_YCbCr},
    [jpeg_red_green_blue] = {3, JCS_RGB, JCS_RGB},
    [jpeg_inks] = {4, JCS_CMYK, JCS_CMYK},
    [jpeg_luma_chroma_and_black] = {4, JCS_CMYK, JCS_YCCK},
  };
  struct jpeg_compress_struct *info = &encoder->info;
  jpeg_create_compress(info);
  jpeg_mem_dest(info, &encoder->file, &encoder->count);
  info->image_width = encoder->width;
  info->image_height = encoder->height;
  info->input_components = spaces[encoder->channels].count;
  info->in_color_space = spaces[encoder->channels].input;
  jpeg_set_defaults(info);
  jpeg_set_colorspace(info, spaces[encoder->channels].stored);
  jpeg_set_quality(info, 100, TRUE);
  info->dct_method = JDCT_ISLOW;
  for (int channel = 0; channel < info->num_components; channel++) {
    info->comp_info[channel].h_samp_factor = encoder->sampling[channel].across;
    info->comp_info[channel].v_samp_factor = encoder->sampling[channel].down;
  }
  jpeg_scan_info scans[MAX_COMPONENTS];
  if (encoder->order == jpeg_progressive) jpeg_simple_progression(info);
  if (encoder->order == jpeg_channel_by_channel) {
    for (int channel = 0; channel < info->num_components; channel++) {
      scans[channel] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {channel}, .Se = 63};
    }
    info->scan_info = scans;
    info->num_scans = info->num_components;
  }
  jpeg_start_compress(info, TRUE);
  size_t stride = (size_t)info->input_components * encoder->width;
  while (info->next_scanline < info->image_height) {
    JSAMPROW row = (JSAMPROW)(encoder->pixels + stride * info->next_scanline);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
}

static bool attempt(struct encoder *encoder) {
  encoder->info.err = jpeg_std_error(&encoder->errors);
  encoder->errors.error_exit = fail;
  if (setjmp(encoder->failure) != 0) return false;
  encode(encoder);
  return true;
}

uint8_t *jpeg_encode(
  const uint8_t *pixels, uint32_t width, uint32_t height, enum jpeg_channels channels,
  const struct jpeg_sampling *sampling, enum jpeg_order order, size_t *count) {
  struct encoder encoder = {
    .pixels = pixels, .width = width, .height = height, .channels = channels,
    .sampling = sampling, .order = order};
  bool is_whole = attempt(&encoder);
  jpeg_destroy_compress(&encoder.info);
  *count = encoder.count;
  if (is_whole) return encoder.file;
  free(encoder.file);
  return NULL;
}
