#include "fleet/sidecar.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "base/output_file.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

constexpr std::string_view kToolkit = "x:xmptk=\"EdgeVLM";
constexpr std::size_t kLookedAt = 1024;  // bytes of a sidecar, which names its writer first

std::string Escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    switch (c) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '"':
        xml += "&quot;";
        break;
      case '\n':
        xml += "&#10;";
        break;
      case '\t':
        xml += "&#9;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) xml += c;
    }
  }
  return xml;
}

std::string LocalizedText(std::string_view name, std::string_view text) {
  std::string xml;
  xml.append("   <").append(name).append("><rdf:Alt><rdf:li xml:lang=\"x-default\">");
  xml.append(Escaped(text)).append("</rdf:li></rdf:Alt></").append(name).append(">\n");
  return xml;
}

bool IsOurs(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(kLookedAt, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return begin.find(kToolkit) != std::string::npos;
}

}  // namespace

std::string SidecarPath(const std::string& image) { return image + ".xmp"; }

std::string SidecarXml(const SidecarText& text) {
  std::string xml = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" ";
  xml.append(kToolkit).append(" ").append(Version()).append("\">\n");
  xml +=
      " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "  <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"";
  if (text.has_iptc) {
    xml +=
        "\n    xmlns:Iptc4xmpCore=\"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/\""
        "\n    xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\""
        "\n    photoshop:CaptionWriter=\"" +
        Escaped(text.writer) + "\"";
  }
  xml += ">\n" + LocalizedText("dc:description", text.text);
  if (text.has_iptc) xml += LocalizedText("Iptc4xmpCore:AltTextAccessibility", text.text);
  return xml + "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n";
}

Result<SidecarResult> WriteSidecar(const std::string& image, const SidecarText& text) {
  const std::string path = SidecarPath(image);
  std::error_code ignored;
  const bool exists = std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
  if (exists && !IsOurs(path)) return SidecarResult::kKept;
  auto file = OutputFile::Create(path, exists ? Existing::kReplaced : Existing::kKept);
  if (!file) return file.error();
  const std::string xml = SidecarXml(text);
  if (auto error = file->Append(std::as_bytes(std::span(xml)))) return *error;
  if (auto error = file->Commit()) return *error;
  return SidecarResult::kWritten;
}

}  // namespace edgevlm
