#include <histedit.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/check.h"
#include "cli/chat/line_reader.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr int kHistoryLines = 1000;

// A terminal can mark a pasted block, so that its newlines are not taken for Enter (xterm's
// "bracketed paste mode").
constexpr const char* kReportPastes = "\033[?2004h";
constexpr const char* kDoNotReportPastes = "\033[?2004l";
constexpr const char* kPasteBegins = "\\e[200~";
constexpr std::wstring_view kPasteEnds = L"\033[201~";

// libedit's names of key bindings.
struct KeyBinding {
  const char* key;
  const char* function;
};
constexpr const char* kPasteFunction = "edgevlm-paste";
constexpr const wchar_t* kWidePasteFunction = L"edgevlm-paste";
constexpr KeyBinding kBindings[] = {
    {kPasteBegins, kPasteFunction}, {"^R", "em-inc-search-prev"},
    {"\\e[H", "ed-move-to-beg"},  // Home, End, Delete, Ctrl-Right, Ctrl-Left
    {"\\e[F", "ed-move-to-end"},    {"\\e[3~", "ed-delete-next-char"},
    {"\\e[1;5C", "em-next-word"},   {"\\e[1;5D", "ed-prev-word"},
};

// While it exists, this thread's character set is UTF-8, whatever the environment says, as replies
// are UTF-8.
class Utf8Thread {
 public:
  Utf8Thread() : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = uselocale(utf8_);
  }
  ~Utf8Thread() {
    if (utf8_ == nullptr) return;
    uselocale(before_);
    freelocale(utf8_);
  }
  Utf8Thread(const Utf8Thread&) = delete;
  Utf8Thread& operator=(const Utf8Thread&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

// Whether the terminal ignores unknown control sequences, as nearly all do.
bool UnderstandsEscapes() {
  const char* type = std::getenv("TERM");
  return type != nullptr && *type != 0 && std::string_view(type) != "dumb";
}

std::string ToUtf8(std::wstring_view wide) {
  std::string text;
  for (const wchar_t c : wide) AppendCodePoint(static_cast<char32_t>(c), text);
  return text;
}

// With newlines as in files, none at the end, and no other control characters except tabs.
std::wstring Pasted(const std::wstring& block) {
  std::wstring text;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const wchar_t c = block[i];
    if (c == L'\r' && i + 1 < block.size() && block[i + 1] == L'\n') continue;
    if (c == L'\r' || c == L'\n') {
      text += L'\n';
    } else if (c >= L' ' || c == L'\t') {
      text += c;
    }
  }
  text.erase(text.find_last_not_of(L'\n') + 1);
  return text;
}

class TerminalReader final : public LineReader {
 public:
  explicit TerminalReader(const Interrupts& interrupts)
      : interrupts_(interrupts),
        editor_(el_init("edgevlm", stdin, stdout, stderr)),
        history_(history_winit()) {
    CHECK(editor_ != nullptr && history_ != nullptr);
    HistEventW event;
    history_w(history_, &event, H_SETSIZE, kHistoryLines);
    history_w(history_, &event, H_SETUNIQUE, 1);
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_GETCFN, ReadCharacter);
    el_set(editor_, EL_PROMPT, Prompt);
    el_set(editor_, EL_EDITOR, "emacs");
    // Wide, since libedit would keep copies of narrow names forever.
    el_wset(editor_, EL_ADDFN, kWidePasteFunction, L"takes a pasted block", Paste);
    for (const KeyBinding& binding : kBindings) {
      el_set(editor_, EL_BIND, binding.key, binding.function, nullptr);
    }
    el_wset(editor_, EL_HIST, history_w, history_);
    el_source(editor_, nullptr);
  }

  ~TerminalReader() override {
    history_wend(history_);
    el_end(editor_);
  }
  TerminalReader(const TerminalReader&) = delete;
  TerminalReader& operator=(const TerminalReader&) = delete;

  InputLine Read(const char* prompt) override {
    prompt_ = prompt;
    // Before printing the prompt: the terminal itself would interpret some keys differently.
    el_set(editor_, EL_PREP_TERM, 1);
    if (understands_escapes_) std::fputs(kReportPastes, stdout);
    int size = 0;
    const wchar_t* line = el_wgets(editor_, &size);
    if (understands_escapes_) std::fputs(kDoNotReportPastes, stdout);
    std::fflush(stdout);
    if (line == nullptr || size <= 0) {
      if (interrupts_.wants_end() || !interrupts_.wants_stop()) return {};
      return {.kind = InputLine::Kind::kStopped};
    }
    std::wstring_view text(line, static_cast<std::size_t>(size));
    while (text.ends_with(L'\n')) text.remove_suffix(1);
    if (!text.empty()) Remember(std::wstring(text));
    return {.kind = InputLine::Kind::kText, .text = ToUtf8(text)};
  }

 private:
  static TerminalReader& Of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<TerminalReader*>(self);
  }

  static char* Prompt(EditLine* editor) { return const_cast<char*>(Of(editor).prompt_); }

  // 1, 0 at the end, -1 after a signal that ends the line.
  static int ReadCharacter(EditLine* editor, wchar_t* character) {
    const Interrupts& interrupts = Of(editor).interrupts_;
    std::string bytes;
    while (true) {
      if (interrupts.wants_stop() || interrupts.wants_end()) return -1;
      if (!interrupts.WaitForInput(STDIN_FILENO)) {
        DrawAgain(editor);
        continue;
      }
      char byte = 0;
      const ssize_t size = read(STDIN_FILENO, &byte, 1);
      if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (size <= 0) return static_cast<int>(size);
      bytes += byte;
      const CodePoint point = ReadCodePoint(bytes);
      if (point.state == Utf8State::kTruncated) continue;
      *character = static_cast<wchar_t>(point.value);
      return 1;
    }
  }

  // The window was resized, or another program used the terminal meanwhile.
  static void DrawAgain(EditLine* editor) {
    el_set(editor, EL_PREP_TERM, 0);
    el_set(editor, EL_PREP_TERM, 1);
    el_resize(editor);
    el_set(editor, EL_REFRESH);
  }

  static unsigned char Paste(EditLine* editor, int) {
    std::wstring block;
    wchar_t c = 0;
    while (!block.ends_with(kPasteEnds) && el_wgetc(editor, &c) == 1) {
      block += c;
      if (block.size() > kMaxLineBytes + kPasteEnds.size()) block.erase(kMaxLineBytes, 1);
    }
    if (block.ends_with(kPasteEnds)) block.resize(block.size() - kPasteEnds.size());
    return el_winsertstr(editor, Pasted(block).c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  }

  void Remember(const std::wstring& text) {
    HistEventW event;
    history_w(history_, &event, H_ENTER, text.c_str());
  }

  const Utf8Thread utf8_;
  const Interrupts& interrupts_;
  EditLine* const editor_;
  HistoryW* const history_;
  const bool understands_escapes_ = UnderstandsEscapes();
  const char* prompt_ = "";
};

}  // namespace

std::unique_ptr<LineReader> MakeTerminalReader(const Interrupts& interrupts) {
  return std::make_unique<TerminalReader>(interrupts);
}

}  // namespace edgevlm
