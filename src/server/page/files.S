# The files of this folder as bytes; files.cc hands them out.
    .section .rodata

    .global edgevlm_index_html_begin
    .global edgevlm_index_html_end
edgevlm_index_html_begin:
    .incbin EDGEVLM_INDEX_HTML
edgevlm_index_html_end:

    .global edgevlm_docs_html_begin
    .global edgevlm_docs_html_end
edgevlm_docs_html_begin:
    .incbin EDGEVLM_DOCS_HTML
edgevlm_docs_html_end:

    .global edgevlm_openapi_json_begin
    .global edgevlm_openapi_json_end
edgevlm_openapi_json_begin:
    .incbin EDGEVLM_OPENAPI_JSON
edgevlm_openapi_json_end:

    .section .note.GNU-stack,"",%progbits
