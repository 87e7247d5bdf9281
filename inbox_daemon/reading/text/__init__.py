"""From a page to words in rows: lines, known forms, the OCR engine."""
