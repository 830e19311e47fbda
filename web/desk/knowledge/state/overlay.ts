/** Matches a dialog or drawer that is open: it has the keyboard to itself. */
export const OVERLAY =
  ".el-overlay:not([style*='display: none']) :is(.el-overlay-dialog, .el-drawer.open)";
