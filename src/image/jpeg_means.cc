#include "image/jpeg_means.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "image/jpeg_blocks.h"

namespace edgevlm {
namespace {

constexpr int kRestart = 0xD0;  // marker codes, T.81 table B.1
constexpr int kEnd = 0xD9;

// Whether colors, sampling and scan are supported (jpeg_means.h).
bool IsCommonKind(const jpeg_decompress_struct& state) {
  const bool eighth = state.min_DCT_scaled_size == 1;
  const bool sequential = !state.progressive_mode && !state.arith_code && state.Ss == 0 &&
                          state.Se == 63 && state.Ah == 0 && state.Al == 0;
  const bool gray = state.num_components == 1 && state.jpeg_color_space == JCS_GRAYSCALE;
  const bool color = state.num_components == 3 && state.jpeg_color_space == JCS_YCbCr;
  if (!eighth || !sequential || state.data_precision != 8 || !(gray || color)) return false;
  if (state.comps_in_scan != state.num_components || state.CCIR601_sampling) return false;
  for (int i = 0; i < state.num_components; ++i) {
    const jpeg_component_info& component = state.comp_info[i];
    const int max_factor = color && i == 0 ? Component::kMaxRows : 1;
    if (state.cur_comp_info[i] != &component) return false;
    if (component.h_samp_factor > max_factor || component.v_samp_factor > max_factor) return false;
  }
  return true;
}

// The table with this number; libjpeg has not checked the number yet.
template <class Table, std::size_t kCount>
const Table* TableOf(Table* const (&tables)[kCount], int number) {
  const bool possible = 0 <= number && static_cast<std::size_t>(number) < kCount;
  return possible ? tables[number] : nullptr;
}

bool FillTable(const JHUFF_TBL* stored, HuffmanTable& table) {
  if (stored == nullptr) return false;
  const std::span bits(stored->bits);  // by length; index 0 is unused
  return table.Fill(bits.subspan<1, 16>(), stored->huffval);
}

bool FillComponent(const jpeg_decompress_struct& state, const jpeg_component_info& stored,
                   int mcus_across, Component& component) {
  const JQUANT_TBL* steps = TableOf(state.quant_tbl_ptrs, stored.quant_tbl_no);
  if (steps == nullptr ||
      !FillTable(TableOf(state.dc_huff_tbl_ptrs, stored.dc_tbl_no), component.dc) ||
      !FillTable(TableOf(state.ac_huff_tbl_ptrs, stored.ac_tbl_no), component.ac)) {
    return false;
  }
  // libjpeg stores the steps row by row.
  for (std::size_t i = 0; i < 64; ++i) component.step[i] = steps->quantval[kZigzag[i]];
  if (stored.DCT_scaled_size == 1) component.skip = std::make_unique<SkipTable>(component.ac);
  component.blocks_across = stored.h_samp_factor;
  component.blocks_down = stored.v_samp_factor;
  component.pixels_across = state.max_h_samp_factor / stored.h_samp_factor;
  component.pixels_down = state.max_v_samp_factor / stored.v_samp_factor;
  for (auto& row : component.rows) {
    row.resize(static_cast<std::size_t>(mcus_across) *
               static_cast<std::size_t>(state.max_h_samp_factor));
  }
  return true;
}

// Red, green and blue from luma and the two color differences, in 16 bits as libjpeg has them
// (ITU-T T.871, section 7).
void MixColors(std::span<const Component> components, std::size_t row, int width,
               std::uint8_t* rgb) {
  const auto clamped = [](int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  };
  const std::uint8_t* luma = components[0].rows[row].data();
  if (components.size() == 1) {
    for (int x = 0; x < width; ++x) std::fill_n(rgb + std::ptrdiff_t{x} * 3, 3, luma[x]);
    return;
  }
  const std::uint8_t* blueness = components[1].rows[row].data();
  const std::uint8_t* redness = components[2].rows[row].data();
  constexpr int kHalf = 1 << 15;
  for (int x = 0; x < width; ++x, rgb += 3) {
    const int cb = blueness[x] - 128;
    const int cr = redness[x] - 128;
    rgb[0] = clamped(luma[x] + ((91881 * cr + kHalf) >> 16));
    rgb[1] = clamped(luma[x] + ((-22554 * cb - 46802 * cr + kHalf) >> 16));
    rgb[2] = clamped(luma[x] + ((116130 * cb + kHalf) >> 16));
  }
}

// Decodes the scan, MCU by MCU.
class Scan {
 public:
  Scan(Segment& segment, int restart_interval, std::span<Component> components)
      : segment_(segment), restart_interval_(restart_interval), components_(components) {}

  // Reads the next MCUs into the components' rows; false if the data are corrupt.
  bool ReadRow(int mcus) {
    for (int mcu = 0; mcu < mcus; ++mcu) {
      if (left_ == 0 && !Restart()) return false;
      --left_;
      for (Component& component : components_) {
        if (!DecodeBlocks(component, mcu, bits_)) return false;
      }
      if (bits_.BitsSince(segment_.data()) > BitsOfSegment()) return false;
    }
    return true;
  }

  // Whether the data end here, except for the padding bits of the last byte.
  bool AtEndOfSegment() const {
    const std::ptrdiff_t left = BitsOfSegment() - bits_.BitsSince(segment_.data());
    return 0 <= left && left < 8;
  }

 private:
  std::ptrdiff_t BitsOfSegment() const { return static_cast<std::ptrdiff_t>(segment_.size()) * 8; }

  // T.81 F.2.1.3.1 and E.2.4.
  bool Restart() {
    if (restarts_ >= 0) {
      if (!AtEndOfSegment() || !segment_.PassMarker(kRestart + restarts_ % 8)) return false;
    }
    if (!segment_.Next()) return false;
    bits_ = BitReader(segment_.data());
    for (Component& component : components_) component.mean = 0;
    ++restarts_;
    left_ = restart_interval_ > 0 ? restart_interval_ : INT64_MAX;
    return true;
  }

  Segment& segment_;
  int restart_interval_;
  std::span<Component> components_;
  BitReader bits_{nullptr};
  std::int64_t left_ = 0;  // MCUs of the segment
  int restarts_ = -1;      // so far; -1 before the first segment
};

}  // namespace

std::optional<Image> DecodeMeans(const jpeg_decompress_struct& state) {
  if (!IsCommonKind(state)) return std::nullopt;
  const int pixels_down = state.max_v_samp_factor;  // of an MCU
  const auto mcu_width = static_cast<unsigned>(state.max_h_samp_factor) * 8;
  const int mcus_across = static_cast<int>((state.image_width + mcu_width - 1) / mcu_width);
  std::vector<Component> components(static_cast<std::size_t>(state.num_components));
  for (std::size_t i = 0; i < components.size(); ++i) {
    if (!FillComponent(state, state.comp_info[i], mcus_across, components[i])) return std::nullopt;
  }
  Segment segment(std::as_bytes(std::span(state.src->next_input_byte, state.src->bytes_in_buffer)));
  Scan scan(segment, static_cast<int>(state.restart_interval), components);
  Image image(static_cast<int>(state.output_width), static_cast<int>(state.output_height));
  for (int y = 0; y < image.height; ++y) {
    if (y % pixels_down == 0 && !scan.ReadRow(mcus_across)) return std::nullopt;
    MixColors(components, static_cast<std::size_t>(y % pixels_down), image.width, image.Row(y));
  }
  if (!scan.AtEndOfSegment() || !segment.PassMarker(kEnd)) return std::nullopt;
  return image;
}

}  // namespace edgevlm
