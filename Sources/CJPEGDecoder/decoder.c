#include "CJPEGDecoder.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// libjpeg's structure and the data of its callbacks, which access it by its first member.
struct decoder {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  enum jpeg_outcome outcome;
  struct jpeg_message *message;
  const uint8_t *bytes;
  size_t count;
  jpeg_segment_reader read_segment;
  void *context;
  uint8_t *pixels;
  uint32_t width;
  uint32_t height;
  size_t memory;
};

/// The largest number of scans. Pictures need about ten; a small file may contain thousands, each of
/// which would be decoded for all pixels.
static const int most_scans = 500;

static void end_with(struct decoder *decoder, enum jpeg_outcome outcome) {
  decoder->outcome = outcome;
  longjmp(decoder->failure, 1);
}

static void fail(j_common_ptr info) {
  struct decoder *decoder = (struct decoder *)info;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(decoder->message->text, sizeof decoder->message->text, "%s", text);
  int code = info->err->msg_code;
  end_with(
    decoder,
    code == JERR_NO_BACKING_STORE || code == JERR_OUT_OF_MEMORY ? jpeg_needs_memory : jpeg_damaged);
}

/// Whether all pixels are present although libjpeg warns.
static int is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_JFIF_MAJOR
    || warning == JWRN_ADOBE_XFORM;
}

static void hear(j_common_ptr info, int level) {
  if (level < 0 && !is_harmless(info->err->msg_code)) fail(info);
}

static void stay_silent(j_common_ptr info) { (void)info; }

static void limit_scans(j_common_ptr info) {
  struct decoder *decoder = (struct decoder *)info;
  if (decoder->info.input_scan_number <= most_scans) return;
  snprintf(
    decoder->message->text, sizeof decoder->message->text, "more than %d scans", most_scans);
  end_with(decoder, jpeg_damaged);
}

/// Passes a segment APP1 in place, since the whole file is in memory.
static boolean pass_segment(j_decompress_ptr info) {
  struct decoder *decoder = (struct decoder *)info;
  struct jpeg_source_mgr *source = info->src;
  size_t length = 0;
  if (source->bytes_in_buffer >= 2) {
    length = (size_t)source->next_input_byte[0] << 8 | source->next_input_byte[1];
  }
  if (length < 2 || length > source->bytes_in_buffer) {
    ERREXIT(info, length < 2 ? JERR_BAD_LENGTH : JERR_INPUT_EOF);
  }
  if (decoder->read_segment) {
    decoder->read_segment(decoder->context, source->next_input_byte + 2, length - 2);
  }
  source->next_input_byte += length;
  source->bytes_in_buffer -= length;
  return TRUE;
}

/// Reads the file up to the first scan.
static void begin(struct decoder *decoder) {
  jpeg_create_decompress(&decoder->info);
  decoder->progress.progress_monitor = limit_scans;
  decoder->info.progress = &decoder->progress;
  jpeg_set_marker_processor(&decoder->info, JPEG_APP0 + 1, pass_segment);
  jpeg_mem_src(&decoder->info, (unsigned char *)decoder->bytes, (unsigned long)decoder->count);
  jpeg_read_header(&decoder->info, TRUE);
}

/// Converts inverted cyan, magenta, yellow and black to red, green and blue.
static void lay_inks(const JSAMPLE *inks, uint8_t *pixels, uint32_t count) {
  for (uint32_t pixel = 0; pixel < count; pixel++, inks += 4, pixels += 3) {
    for (int channel = 0; channel < 3; channel++) {
      pixels[channel] = (uint8_t)((inks[channel] * inks[3] + 127) / 255);
    }
  }
}

static void decode(struct decoder *decoder) {
  struct jpeg_decompress_struct *info = &decoder->info;
  begin(decoder);
  // For libjpeg, 0 means no limit.
  info->mem->max_memory_to_use = decoder->memory > 0 ? (long)decoder->memory : 1;
  int has_inks = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
  info->out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
  info->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(info);
  if (info->output_width != decoder->width || info->output_height != decoder->height) {
    ERREXIT(info, JERR_BAD_STATE);
  }
  JSAMPARRAY inks = NULL;
  if (has_inks) {
    inks = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, 4 * decoder->width, 1);
  }
  while (info->output_scanline < decoder->height) {
    uint8_t *row = decoder->pixels + (size_t)3 * decoder->width * info->output_scanline;
    jpeg_read_scanlines(info, has_inks ? inks : &row, 1);
    if (has_inks) lay_inks(inks[0], row, decoder->width);
  }
  jpeg_finish_decompress(info);
}

/// Runs `work` until it ends or fails. No variable of this function changes meanwhile, since longjmp
/// would lose the change.
static enum jpeg_outcome attempt(
  struct decoder *decoder, struct jpeg_message *message, void (*work)(struct decoder *)) {
  message->text[0] = 0;
  decoder->message = message;
  decoder->outcome = jpeg_read;
  decoder->info.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = fail;
  decoder->errors.emit_message = hear;
  decoder->errors.output_message = stay_silent;
  if (setjmp(decoder->failure) == 0) work(decoder);
  jpeg_destroy_decompress(&decoder->info);
  return decoder->outcome;
}

enum jpeg_outcome jpeg_read_headers(
  const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
  jpeg_segment_reader read_segment, void *context, struct jpeg_message *message) {
  struct decoder decoder = {
    .bytes = bytes, .count = count, .read_segment = read_segment, .context = context};
  enum jpeg_outcome outcome = attempt(&decoder, message, begin);
  *width = decoder.info.image_width;
  *height = decoder.info.image_height;
  return outcome;
}

enum jpeg_outcome jpeg_decode(
  const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height,
  size_t memory, struct jpeg_message *message) {
  struct decoder decoder = {
    .bytes = bytes, .count = count, .pixels = pixels, .width = width, .height = height,
    .memory = memory};
  return attempt(&decoder, message, decode);
}
