// XMP sidecars: files beside images in which photo programs find captions.
//
// Adobe, "XMP Specification Part 1" and "Part 3"; IPTC, "Photo Metadata Standard". The images
// themselves are never written: rewriting a file that may be the only copy of a photograph is not
// worth a caption.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

struct SidecarText {
  std::string text;         // UTF-8: the caption
  bool has_iptc = false;    // also the fields of IPTC that a caption can fill
  std::string writer = {};  // who wrote it ("EdgeVLM, smolvlm"), for those
};

// "photo.jpg.xmp", as darktable and digiKam name them: photo.jpg and photo.png have one each.
std::string SidecarPath(const std::string& image);

// dc:description; with IPTC also Iptc4xmpCore:AltTextAccessibility and photoshop:CaptionWriter.
// Characters that XML cannot hold are left out.
std::string SidecarXml(const SidecarText& text);

enum class SidecarResult { kWritten, kKept };

// Writes the sidecar of an image. One that another program wrote is kept, since it may hold hours
// of someone's work; an earlier one of ours is replaced. Errors: kIo, kInvalid; name the path.
Result<SidecarResult> WriteSidecar(const std::string& image, const SidecarText& text);

}  // namespace edgevlm
