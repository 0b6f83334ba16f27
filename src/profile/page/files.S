// The files of this folder as bytes, one behind the other: name, an end mark, size in 8 bytes, and
// the bytes. ../profile_html.cc joins them to one page; profile.js, which uses all others, is last.
    .section .rodata

.macro page_file name
    .asciz "\name"
    .quad 2f - 1f
1:  .incbin "\name"
2:
.endm

    .global edgevlm_profile_page_begin
    .global edgevlm_profile_page_end
edgevlm_profile_page_begin:
    page_file profile.html
    page_file style.css
    page_file colors.js
    page_file element.js
    page_file facts.js
    page_file flame.js
    page_file heat_map.js
    page_file read.js
    page_file roofline.js
    page_file table.js
    page_file text.js
    page_file timeline.js
    page_file timeline_drawing.js
    page_file tip.js
    page_file tracks.js
    page_file tree.js
    page_file verdict.js
    page_file profile.js
edgevlm_profile_page_end:

    .section .note.GNU-stack, "", %progbits
