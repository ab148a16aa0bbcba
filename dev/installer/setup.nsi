; The setup program of CRM Desktop, for makensis 3 on Linux or Windows. build.py calls it:
;
;   makensis -DVERSION=0.1.0 -DNUMBERS=0.1.0.0 -DFOLDER=… -DOUTPUT=… [-DPOSTGRES=… -DPOSTGRES_MAJOR=18] setup.nsi
;
; It installs for the person at work and needs no administrator; for all users as a choice. Data are never in the program's folder, and
; neither installing nor uninstalling touches them without asking. docs/windows.md lists the switches and the exit codes.

Unicode true
Target amd64-unicode
ManifestDPIAware true
ManifestSupportedOS Win10
SetCompressor /SOLID lzma
SetCompressorDictSize 64
RequestExecutionLevel user
AllowSkipFiles off

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "x64.nsh"
!include "WinVer.nsh"

!define NAME "CRM Desktop"
!define WINDOW "CRM Desktop.exe"
!define COMMANDS "crm-desktop.exe"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\CRM Desktop"
!define OWN "Software\CRM Desktop"
!define CLASSES "Software\Classes"

; Exit codes beside those of NSIS (1: cancelled, 2: aborted)
!define NOT_ADMINISTRATOR 3
!define PROGRAM_OPEN 4
!define OLD_WINDOWS 5
!define IS_HOST 6

Name "${NAME}"
OutFile "${OUTPUT}"
BrandingText "${NAME} ${VERSION}"
InstallDir ""
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 "ProductName" "${NAME}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "${NAME} setup"
VIAddVersionKey /LANG=0 "CompanyName" "${NAME}"
VIAddVersionKey /LANG=0 "LegalCopyright" "CRM Desktop contributors"

Var AllUsers      ; 1: for all users of this PC
Var Updating      ; 1: started by the program, which wants to come back
Var NoDesktop     ; 1: no link on the desktop
Var Given         ; a folder given with /D=
Var OneButton
Var AllButton
Var DeleteData

!define MUI_ICON "${FOLDER}\_internal\resources\icons\app.ico"
!define MUI_UNICON "${FOLDER}\_internal\resources\icons\app.ico"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_ALLLANGUAGES
!define MUI_LANGDLL_REGISTRY_ROOT HKCU
!define MUI_LANGDLL_REGISTRY_KEY "${OWN}"
!define MUI_LANGDLL_REGISTRY_VALUENAME "SetupLanguage"

!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhenUpdating
!insertmacro MUI_PAGE_LICENSE "${FOLDER}\_internal\LICENSE"
Page custom AskForWhom TakeForWhom
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhenUpdating
!insertmacro MUI_PAGE_COMPONENTS
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhenUpdating
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhenUpdating
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOW}"
!insertmacro MUI_PAGE_FINISH

!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskForData un.TakeForData
!insertmacro MUI_UNPAGE_INSTFILES

!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "SimpChinese"
!include "words.nsh"

!insertmacro MUI_RESERVEFILE_LANGDLL

; ---------------------------------------------------------------------------------------------------------------- before anything

!macro UseContext
  ${If} $AllUsers == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

!macro IsAdministrator result
  UserInfo::GetAccountType
  Pop ${result}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    SetErrorLevel ${OLD_WINDOWS}
    MessageBox MB_OK|MB_ICONSTOP "$(OldWindows)" /SD IDOK
    Quit
  ${EndIf}
  SetRegView 64
  StrCpy $Given $INSTDIR
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPDATE" $1
  ${IfNot} ${Errors}
    StrCpy $Updating 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/NODESKTOP" $1
  ${IfNot} ${Errors}
    StrCpy $NoDesktop 1
  ${EndIf}
  ; What is there already says for whom; a switch says it better.
  ReadRegStr $1 HKLM "${OWN}" "Folder"
  ReadRegStr $2 HKCU "${OWN}" "Folder"
  ${If} $1 != ""
  ${AndIf} $2 == ""
    StrCpy $AllUsers 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/CURRENTUSER" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 0
  ${EndIf}
  ${If} $AllUsers == 1
    !insertmacro IsAdministrator $1
    ${If} $1 != "Admin"
      Call AskWindows
    ${EndIf}
  ${EndIf}
  Call ChooseFolder
  ${If} $Updating != 1
    !insertmacro MUI_LANGDLL_DISPLAY
  ${EndIf}
FunctionEnd

; Start again as administrator. Without a person nobody could answer Windows' question.
Function AskWindows
  ${If} ${Silent}
    SetErrorLevel ${NOT_ADMINISTRATOR}
    Quit
  ${EndIf}
  ClearErrors
  StrCpy $2 "/ALLUSERS"
  ${If} $Updating == 1
    StrCpy $2 "$2 /UPDATE"
  ${EndIf}
  ${If} $Given != ""
    StrCpy $2 "$2 /D=$Given"
  ${EndIf}
  ExecShell "runas" "$EXEPATH" "$2"
  ${If} ${Errors}
    SetErrorLevel ${NOT_ADMINISTRATOR}
    MessageBox MB_OK|MB_ICONSTOP "$(NeedsAdministrator)"
  ${EndIf}
  Quit
FunctionEnd

Function ChooseFolder
  !insertmacro UseContext
  ${If} $Given != ""
    StrCpy $INSTDIR $Given
    Return
  ${EndIf}
  ReadRegStr $INSTDIR SHCTX "${OWN}" "Folder"
  ${If} $INSTDIR == ""
    ${If} $AllUsers == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${NAME}"
    ${EndIf}
  ${EndIf}
FunctionEnd

; ------------------------------------------------------------------------------------------------------------------------- pages

Function SkipWhenUpdating
  ${If} $Updating == 1
    Abort
  ${EndIf}
FunctionEnd

Function AskForWhom
  ${If} $Updating == 1
    Abort
  ${EndIf}
  !insertmacro MUI_HEADER_TEXT "$(ForWhom)" "$(ForWhomWhy)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateRadioButton} 0 10u 100% 12u "$(ForMe)"
  Pop $OneButton
  ${NSD_CreateLabel} 12u 24u 95% 20u "$(ForMeWhy)"
  Pop $0
  ${NSD_CreateRadioButton} 0 54u 100% 12u "$(ForAll)"
  Pop $AllButton
  ${NSD_CreateLabel} 12u 68u 95% 20u "$(ForAllWhy)"
  Pop $0
  ${If} $AllUsers == 1
    ${NSD_Check} $AllButton
  ${Else}
    ${NSD_Check} $OneButton
  ${EndIf}
  nsDialogs::Show
FunctionEnd

Function TakeForWhom
  ${NSD_GetState} $AllButton $0
  StrCpy $AllUsers $0
  ${If} $AllUsers == 1
    !insertmacro IsAdministrator $1
    ${If} $1 != "Admin"
      Call AskWindows
    ${EndIf}
  ${EndIf}
  Call ChooseFolder
FunctionEnd

; --------------------------------------------------------------------------------------------------------------------- installing

; The program must not be open: its files could not be replaced. One that closes for its own update needs a moment.
!macro WaitUntilClosed prefix
Function ${prefix}WaitUntilClosed
  StrCpy $0 0
  again:
  IfFileExists "$INSTDIR\${WINDOW}" 0 free
  ClearErrors
  FileOpen $1 "$INSTDIR\${WINDOW}" a
  IfErrors 0 opened
  IntOp $0 $0 + 1
  Sleep 500
  IntCmp $0 20 ask again
  ask:
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(ProgramOpen)" /SD IDCANCEL IDRETRY retry
  SetErrorLevel ${PROGRAM_OPEN}
  Quit
  retry:
  StrCpy $0 19
  Goto again
  opened:
  FileClose $1
  free:
FunctionEnd
!macroend
!insertmacro WaitUntilClosed ""
!insertmacro WaitUntilClosed "un."

!macro FileType ending class title
  WriteRegStr SHCTX "${CLASSES}\${class}" "" "${title}"
  WriteRegStr SHCTX "${CLASSES}\${class}\DefaultIcon" "" '"$INSTDIR\${WINDOW}",0'
  WriteRegStr SHCTX "${CLASSES}\${class}\shell\open\command" "" '"$INSTDIR\${WINDOW}" "%1"'
  WriteRegStr SHCTX "${CLASSES}\${ending}" "" "${class}"
  WriteRegStr SHCTX "${CLASSES}\${ending}\OpenWithProgids" "${class}" ""
!macroend

!macro NoFileType ending class
  DeleteRegKey SHCTX "${CLASSES}\${class}"
  DeleteRegValue SHCTX "${CLASSES}\${ending}\OpenWithProgids" "${class}"
  DeleteRegKey /ifempty SHCTX "${CLASSES}\${ending}\OpenWithProgids"
  ReadRegStr $1 SHCTX "${CLASSES}\${ending}" ""
  ${If} $1 == "${class}"
    DeleteRegValue SHCTX "${CLASSES}\${ending}" ""
  ${EndIf}
  DeleteRegKey /ifempty SHCTX "${CLASSES}\${ending}"
!macroend

!macro TellExplorer
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Section "$(TheProgram)" TheProgramSection
  SectionIn RO
  !insertmacro UseContext
  Call WaitUntilClosed
  ; Files of the version before must not be found by this one.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${WINDOW}" "" "$INSTDIR\${WINDOW}" 0
  !insertmacro FileType ".crmbackup" "CRMDesktop.Backup" "$(BackupFile)"
  !insertmacro FileType ".crmjoin" "CRMDesktop.Join" "$(JoinFile)"
  !insertmacro FileType ".crmtemplate" "CRMDesktop.Template" "$(TemplateFile)"
  !insertmacro TellExplorer
  WriteRegStr SHCTX "${OWN}" "Folder" "$INSTDIR"
  WriteRegStr SHCTX "${OWN}" "Version" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${WINDOW}"
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "CRM Desktop contributors"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
  ${If} $AllUsers == 1
    StrCpy $1 "/ALLUSERS"
  ${Else}
    StrCpy $1 "/CURRENTUSER"
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" $1'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" $1 /S'
SectionEnd

Section "$(DesktopLink)" DesktopSection
  ; Who has deleted it does not want it back with every update.
  ${If} $Updating == 1
  ${AndIfNot} ${FileExists} "$DESKTOP\${NAME}.lnk"
    StrCpy $NoDesktop 1
  ${EndIf}
  ${If} $NoDesktop != 1
    CreateShortCut "$DESKTOP\${NAME}.lnk" "$INSTDIR\${WINDOW}" "" "$INSTDIR\${WINDOW}" 0
  ${EndIf}
SectionEnd

!ifdef POSTGRES
; In a folder of its own version: the data of an office can only be read by the PostgreSQL that made them. One that is at work stays as it is.
Section "$(ThePostgres)" PostgresSection
  IfFileExists "$INSTDIR\postgres-${POSTGRES_MAJOR}\bin\postgres.exe" 0 put
  ClearErrors
  Delete "$INSTDIR\postgres-${POSTGRES_MAJOR}\bin\postgres.exe"
  IfErrors kept
  RMDir /r "$INSTDIR\postgres-${POSTGRES_MAJOR}"
  put:
  SetOutPath "$INSTDIR\postgres-${POSTGRES_MAJOR}"
  File /r "${POSTGRES}\*.*"
  kept:
SectionEnd
!endif

Section "-Finish"
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Function .onInstSuccess
  ${If} $Updating == 1
    ; Not as the administrator who may have answered Windows' question: Explorer starts it for whoever is signed in.
    ${If} $AllUsers == 1
      Exec '"$WINDIR\explorer.exe" "$INSTDIR\${WINDOW}"'
    ${Else}
      Exec '"$INSTDIR\${WINDOW}"'
    ${EndIf}
  ${EndIf}
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${TheProgramSection} "$(TheProgramWhy)"
  !insertmacro MUI_DESCRIPTION_TEXT ${DesktopSection} "$(DesktopLinkWhy)"
!ifdef POSTGRES
  !insertmacro MUI_DESCRIPTION_TEXT ${PostgresSection} "$(ThePostgresWhy)"
!endif
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; ------------------------------------------------------------------------------------------------------------------- uninstalling

Function un.onInit
  SetRegView 64
  !insertmacro MUI_UNGETLANGUAGE
  ; Which of the two it is: a switch says it, or whose registry names this folder.
  ReadRegStr $1 HKCU "${OWN}" "Folder"
  ${If} $1 != $INSTDIR
    ReadRegStr $1 HKLM "${OWN}" "Folder"
    ${If} $1 == $INSTDIR
      StrCpy $AllUsers 1
    ${EndIf}
  ${EndIf}
  ${If} $AllUsers == 1
    !insertmacro IsAdministrator $1
    ${If} $1 != "Admin"
      ${IfNot} ${Silent}
        ClearErrors
        ExecShell "runas" "$INSTDIR\uninstall.exe" "/ALLUSERS"
        ${IfNot} ${Errors}
          Quit
        ${EndIf}
      ${EndIf}
      SetErrorLevel ${NOT_ADMINISTRATOR}
      MessageBox MB_OK|MB_ICONSTOP "$(NeedsAdministrator)" /SD IDOK
      Quit
    ${EndIf}
  ${EndIf}
  !insertmacro UseContext
FunctionEnd

Function un.AskForData
  SetShellVarContext current
  StrCpy $2 "$LOCALAPPDATA\${NAME}"
  !insertmacro UseContext
  IfFileExists "$2\*.*" 0 none
  !insertmacro MUI_HEADER_TEXT "$(YourData)" "$(YourDataWhy)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 6u 100% 24u "$(YourDataStay)$\r$\n$2"
  Pop $0
  ${NSD_CreateCheckbox} 0 40u 100% 12u "$(DeleteThem)"
  Pop $AllButton
  nsDialogs::Show
  none:
FunctionEnd

Function un.TakeForData
  ${NSD_GetState} $AllButton $DeleteData
  ${If} $DeleteData == 1
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(ReallyDelete)" /SD IDNO IDYES sure
    StrCpy $DeleteData 0
    Abort
    sure:
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.WaitUntilClosed
  ; The program takes back what it has told Windows: the task of planned backups, and on the host of an office its service and its
  ; rules of the firewall. It answers 6 where this PC is the host and nobody has said that the office may go.
  ${un.GetParameters} $0
  StrCpy $1 ""
  ClearErrors
  ${un.GetOptions} $0 "/HOST" $2
  ${IfNot} ${Errors}
    StrCpy $1 "--host"
  ${EndIf}
  IfFileExists "$INSTDIR\${COMMANDS}" 0 gone
  nsExec::Exec '"$INSTDIR\${COMMANDS}" clean-up $1'
  Pop $0
  ${If} $0 == ${IS_HOST}
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(ThisIsTheHost)" /SD IDNO IDYES goes
    SetErrorLevel ${IS_HOST}
    Quit
    goes:
    nsExec::Exec '"$INSTDIR\${COMMANDS}" clean-up --host'
    Pop $0
  ${EndIf}
  gone:
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\${WINDOW}"
  Delete "$INSTDIR\${COMMANDS}"
  FindFirst $0 $1 "$INSTDIR\postgres-*"
  ${DoWhile} $1 != ""
    RMDir /r "$INSTDIR\$1"
    FindNext $0 $1
  ${Loop}
  FindClose $0
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  !insertmacro NoFileType ".crmbackup" "CRMDesktop.Backup"
  !insertmacro NoFileType ".crmjoin" "CRMDesktop.Join"
  !insertmacro NoFileType ".crmtemplate" "CRMDesktop.Template"
  !insertmacro TellExplorer
  DeleteRegKey SHCTX "${UNINSTALL}"
  DeleteRegKey SHCTX "${OWN}"
  DeleteRegKey HKCU "${OWN}"
  ${If} $DeleteData == 1
    SetShellVarContext current
    RMDir /r "$LOCALAPPDATA\${NAME}"
  ${EndIf}
  ; The last: once its folder is gone, whoever waits knows that all is done.
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"
SectionEnd
